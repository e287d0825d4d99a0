/** ext4 on top of a {@link dev.ringside.driver.BlockDevice}. */
@NullMarked
package dev.ringside.ext4;

import org.jspecify.annotations.NullMarked;
