/** A disk for tests: a real device, a real driver, and the machine between them. */
@NullMarked
package dev.ringside.driver.testing;

import org.jspecify.annotations.NullMarked;
