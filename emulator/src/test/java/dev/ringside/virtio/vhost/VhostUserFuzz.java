package dev.ringside.virtio.vhost;

import dev.ringside.posix.Descriptor;
import dev.ringside.virtio.message.VhostUserException;
import dev.ringside.virtio.spec.BlkRequestType;
import dev.ringside.virtio.spec.VhostUserRequest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Messages out of arbitrary bytes, among messages of a frontend that keeps the rules. Each is
 *
 * <pre>
 *   kind (1) | shape (1) | length (1) | payload
 *
 *   shape    bit 7: a step of a well-behaved frontend instead, or a request
 *            bits 0 and 1: descriptors   bit 2: files, not eventfds   bit 3: an answer is wanted
 *            bit 4: the length as it stands, not as the kind has it
 * </pre>
 *
 * <p>Whatever comes, the backend must end the connection, leave no task, and serve another one.
 */
public final class VhostUserFuzz {
  private static final int MAX_MESSAGES = 64;
  private static final int KINDS = 46;
  private static final int STEP = 0x80;
  private static final int ANSWER = 0x08;
  private static final int ANY_LENGTH = 0x10;
  private static final int FILES = 0x04;

  private VhostUserFuzz() {}

  /** One input, as Jazzer calls it. */
  public static void fuzzerTestOneInput(byte[] bytes) {
    ServedDisk disk = new ServedDisk(bytes.length > 0 ? bytes[0] & 1 : 0, true);
    try {
      disk.connect(guest -> attack(guest, bytes));
      disk.connect(
          guest -> {
            guest.bringUp();
            guest.request(BlkRequestType.IN, 0, 512);
          });
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  private static void attack(RawFrontend guest, byte[] bytes) {
    int at = 1;
    try {
      for (int i = 0; i < MAX_MESSAGES && at + 3 <= bytes.length; i++) {
        int kind = bytes[at] & 0xff;
        int shape = bytes[at + 1] & 0xff;
        int length = bytes[at + 2] & 0xff;
        at += 3;
        if ((shape & STEP) != 0) {
          step(guest, kind);
        } else {
          at += send(guest, kind % KINDS, shape, length, bytes, at);
        }
        while (guest.socket.awaitReadable(0)) {
          if (!guest.channel.receive(guest.message, 0)) {
            return;
          }
        }
      }
    } catch (IOException | AssertionError ended) {
      // The backend has ended the connection, as it should; why is its own to tell.
    }
  }

  private static void step(RawFrontend guest, int kind) throws IOException {
    List<RawFrontend.Step> steps = guest.steps();
    if (kind % (steps.size() + 1) == steps.size()) {
      guest.offer(BlkRequestType.IN, 0, 512);
      guest.kick.signal();
    } else {
      steps.get(kind % (steps.size() + 1)).run();
    }
  }

  private static int send(
      RawFrontend guest, int code, int shape, int length, byte[] bytes, int from)
      throws VhostUserException, IOException {
    VhostUserRequest request = VhostUserRequest.of(code);
    int size =
        request == null || (shape & ANY_LENGTH) != 0
            ? length
            : Math.max(request.minPayload(), Math.min(length, request.maxPayload()));
    guest.message.begin(code, size);
    int poured = Math.min(size, bytes.length - from);
    for (int i = 0; i < poured; i++) {
      guest.message.setU8(i, bytes[from + i]);
    }
    if ((shape & ANSWER) != 0) {
      guest.message.needReply();
    }
    List<Descriptor> along = new ArrayList<>();
    for (int i = 0; i < (shape & 3); i++) {
      along.add((shape & FILES) != 0 ? guest.file : guest.kick.descriptor());
    }
    guest.send(along.toArray(Descriptor[]::new));
    return poured;
  }

  /** A frontend that keeps the rules, and one message of each kind after it. */
  public static List<byte[]> seeds() {
    List<byte[]> seeds = new ArrayList<>();
    for (int kind = 0; kind < KINDS; kind++) {
      for (int shape : new int[] {0, 1, 1 | FILES, ANSWER | 1 | FILES}) {
        ByteArrayOutputStream seed = new ByteArrayOutputStream();
        seed.write(kind & 1);
        for (int step = 0; step < 15; step++) {
          seed.writeBytes(new byte[] {(byte) step, (byte) STEP, 0});
        }
        seed.writeBytes(new byte[] {(byte) kind, (byte) shape, 24});
        seed.writeBytes(new byte[] {1, 0, 0, 0, 16, 0, 0, 0, 0, 16, 0, 0, 0, 0, 0, 0});
        seeds.add(seed.toByteArray());
      }
    }
    return seeds;
  }
}
