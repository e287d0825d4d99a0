/**
 * ext4 on top of a {@link dev.ringside.driver.BlockDevice}. Start with {@link
 * dev.ringside.ext4.Ext4}: mount, look, read, unmount.
 *
 * <table>
 * <caption>Which package does what</caption>
 * <tr><td>{@code ext4}</td><td>paths, inodes, file content</td></tr>
 * <tr><td>{@code ext4.dir}</td><td>directories, linear and hashed</td></tr>
 * <tr><td>{@code ext4.mapping}</td><td>extent trees and indirect blocks</td></tr>
 * <tr><td>{@code ext4.journal}</td><td>what the log of an image that was not unmounted holds</td></tr>
 * <tr><td>{@code ext4.cache}</td><td>verified metadata blocks in guest memory</td></tr>
 * <tr><td>{@code ext4.format}</td><td>the on-disk structures, without I/O</td></tr>
 * <tr><td>{@code ext4.error}</td><td>how operations fail</td></tr>
 * </table>
 *
 * <p>The image is trusted in nothing: every number is checked before it is used. ext4 knows the
 * disk only as a {@link dev.ringside.driver.BlockDevice}; it imports nothing of the device's side.
 */
@NullMarked
package dev.ringside.ext4;

import org.jspecify.annotations.NullMarked;
