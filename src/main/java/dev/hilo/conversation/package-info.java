/** The domain: what is said and decided about a customer, and the state it folds to. JDK only. */
@NullMarked
package dev.hilo.conversation;

import org.jspecify.annotations.NullMarked;
