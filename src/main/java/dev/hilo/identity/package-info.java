/** Pure rules: what evidence is worth, which customers may become one. */
@NullMarked
package dev.hilo.identity;

import org.jspecify.annotations.NullMarked;
