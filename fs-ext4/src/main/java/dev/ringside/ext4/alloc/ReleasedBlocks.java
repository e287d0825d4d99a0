package dev.ringside.ext4.alloc;

/** Is told of freed blocks once their transaction has committed, before anybody can have them. */
interface ReleasedBlocks {
  /** For filesystems where nobody wants to know. */
  ReleasedBlocks NOBODY =
      new ReleasedBlocks() {
        @Override
        public void released(long first, long count) {}

        @Override
        public void allReleased() {}
      };

  /** Some blocks that follow each other. */
  void released(long first, long count);

  /** The transaction has no more of them. */
  void allReleased();
}
