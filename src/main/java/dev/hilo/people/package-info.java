/** Who signs in and how: passwords, second factors, invitations, single sign-on, sessions. */
@NullMarked
package dev.hilo.people;

import org.jspecify.annotations.NullMarked;
