package dev.hilo.workspace;

/**
 * What somebody last did to an item.
 *
 * @param item as it stands, or stood before it was taken away
 * @param rev names this edit
 */
public record Edit(Item item, boolean gone, String rev) {}
