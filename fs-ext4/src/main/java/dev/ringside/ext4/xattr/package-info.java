/**
 * Extended attributes and access control lists of files. Start with {@link
 * dev.ringside.ext4.xattr.ExtendedAttributes}, which is what the system calls see; {@link
 * dev.ringside.ext4.xattr.AttributeStore} keeps attributes in inodes and in blocks that inodes
 * share, and {@link dev.ringside.ext4.xattr.AccessLists} knows those that are lists.
 *
 * <p>This package imports {@code access}, {@code mapping}, {@code alloc}, {@code journal}, {@code
 * cache}, {@code format} and {@code error}.
 */
@NullMarked
package dev.ringside.ext4.xattr;

import org.jspecify.annotations.NullMarked;
