/**
 * The content of files: read, written, cut off, punched, and brought to the disk. Start with {@link
 * dev.ringside.ext4.content.FileContent}, whose operations take an inode.
 *
 * <table>
 * <caption>Which class does what</caption>
 * <tr><td>{@code FileReader}</td><td>cached content to the caller; what is missing in one batch</td></tr>
 * <tr><td>{@code FolioFiller}</td><td>fills folios from the disk, or with zeros where there is nothing</td></tr>
 * <tr><td>{@code FolioFill}</td><td>one such batch, from the claim of its folios to its arrival</td></tr>
 * <tr><td>{@code Readahead}</td><td>the next window of a sequential reader, while it copies this one</td></tr>
 * <tr><td>{@code FileWriter}</td><td>the caller's bytes into folios; blocks for them under a handle</td></tr>
 * <tr><td>{@code Writeback}</td><td>dirty folios to the disk, sorted, in batches</td></tr>
 * <tr><td>{@code Truncation}</td><td>the end of a file, both ways</td></tr>
 * <tr><td>{@code RangeChange}</td><td>fallocate: ranges that are allocated, zeroed, cut out, moved in</td></tr>
 * <tr><td>{@code FileLayout}</td><td>where content and holes are: SEEK_DATA, SEEK_HOLE, FIEMAP</td></tr>
 * <tr><td>{@code JournaledData}</td><td>content that goes through the journal</td></tr>
 * <tr><td>{@code LinkTargets}</td><td>the targets of symbolic links</td></tr>
 * </table>
 *
 * <p>Folios hold what the file is; the mapping says where it goes. A block is allocated when it is
 * first written, so a dirty block always has its place.
 *
 * <p>This package imports {@code inode}, {@code mapping}, {@code alloc}, {@code journal}, {@code
 * cache}, {@code format} and {@code error}.
 */
@NullMarked
package dev.ringside.ext4.content;

import org.jspecify.annotations.NullMarked;
