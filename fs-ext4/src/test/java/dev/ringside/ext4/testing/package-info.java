/**
 * What ext4's tests share: the images of {@code images/fixtures}, their manifests, a mounted image,
 * and the tools that say independently what an image holds.
 */
@NullMarked
package dev.ringside.ext4.testing;

import org.jspecify.annotations.NullMarked;
