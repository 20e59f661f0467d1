/** Any program that speaks Standard Webhooks: apps, shops, devices. */
@NullMarked
package dev.hilo.channel.webhook;

import org.jspecify.annotations.NullMarked;
