/**
 * Who may do what with a file. Start with {@link dev.ringside.ext4.access.Permission}, which
 * decides, for somebody's {@link dev.ringside.ext4.access.Credentials}, by the mode of a file and
 * its {@link dev.ringside.ext4.access.Acl}.
 *
 * <p>Everything here is pure. This package imports {@code format} and {@code error}.
 */
@NullMarked
package dev.ringside.ext4.access;

import org.jspecify.annotations.NullMarked;
