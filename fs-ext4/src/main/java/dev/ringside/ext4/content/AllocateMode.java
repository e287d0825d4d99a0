package dev.ringside.ext4.content;

/** What fallocate(2) does with a range; none of these means: allocate, and extend the file. */
public enum AllocateMode {
  /** The length of the file stays as it is. */
  KEEP_SIZE,
  /** The range becomes a hole; together with {@link #KEEP_SIZE} only. */
  PUNCH_HOLE,
  /** The range reads as zeros and stays allocated. */
  ZERO_RANGE,
  /** The range is cut out, and what is behind it moves up. */
  COLLAPSE_RANGE,
  /** What is behind the start of the range moves down, and leaves a hole. */
  INSERT_RANGE
}
