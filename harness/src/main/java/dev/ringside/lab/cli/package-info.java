/** The room. */
@NullMarked
package dev.ringside.lab.cli;

import org.jspecify.annotations.NullMarked;
