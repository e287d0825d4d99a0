package dev.ringside.virtio.state;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * A descriptor chain in flight, as the device copied and checked it: the guest may have changed its
 * descriptors since.
 *
 * <pre>
 *   0      4            8
 *   | head | ringLength | n | n Pieces | m | m Pieces
 * </pre>
 *
 * @param head what names it when it is used
 * @param ringLength how many descriptors of the ring it takes
 * @param readable what is left of the buffers that the device reads
 * @param writable what is left of the buffers that the device writes
 */
public record ChainState(int head, int ringLength, List<Piece> readable, List<Piece> writable) {
  public ChainState {
    readable = List.copyOf(readable);
    writable = List.copyOf(writable);
  }

  /**
   * A range of guest memory: two numbers of 8 bytes.
   *
   * @param address guest-physical
   * @param length in bytes
   */
  public record Piece(long address, long length) {}

  /** Appends the bytes. */
  public void writeTo(DataOutput out) throws IOException {
    out.writeInt(head);
    out.writeInt(ringLength);
    writePieces(out, readable);
    writePieces(out, writable);
  }

  private static void writePieces(DataOutput out, List<Piece> pieces) throws IOException {
    out.writeInt(pieces.size());
    for (Piece piece : pieces) {
      out.writeLong(piece.address());
      out.writeLong(piece.length());
    }
  }

  /** Reads the bytes back. */
  public static ChainState readFrom(DataInput in) throws IOException {
    return new ChainState(in.readInt(), in.readInt(), readPieces(in), readPieces(in));
  }

  /** Grows as bytes come: a wrong count takes no more memory than the state. */
  private static List<Piece> readPieces(DataInput in) throws IOException {
    List<Piece> pieces = new ArrayList<>();
    for (int left = in.readInt(); left > 0; left--) {
      pieces.add(new Piece(in.readLong(), in.readLong()));
    }
    return pieces;
  }
}
