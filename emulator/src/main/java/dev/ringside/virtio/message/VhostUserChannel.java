package dev.ringside.virtio.message;

import static dev.ringside.virtio.spec.VhostUserLayout.*;

import dev.ringside.posix.Descriptor;
import dev.ringside.posix.Errno;
import dev.ringside.posix.Poller;
import dev.ringside.posix.PosixException;
import dev.ringside.posix.UnixSocket;
import dev.ringside.virtio.spec.VhostUserMessageType;
import java.util.List;

/**
 * Messages through one socket, in either direction. It reads a message only when all of it has
 * come, and checks what can be checked without knowing what it means: the version, the length, and
 * how many descriptors came along. Descriptors of a message that is refused are closed.
 *
 * <p>One thread receives, and one sends; they may be two.
 */
public final class VhostUserChannel implements AutoCloseable {
  private final UnixSocket socket;
  private final long patienceNs;

  /**
   * A channel on a socket, which it closes.
   *
   * @param patienceNs how long the other side may take within a message, and to make room for one,
   *     in nanoseconds
   */
  public VhostUserChannel(UnixSocket socket, long patienceNs) {
    this.socket = socket;
    this.patienceNs = patienceNs;
  }

  /** To poll together with others: readable when a message waits. */
  public Descriptor descriptor() {
    return socket.descriptor();
  }

  /**
   * Sends a message.
   *
   * @param descriptors that go along; they stay the caller's
   * @throws VhostUserException when the other side is gone, or takes too long
   */
  public void send(VhostUserMessage message, List<Descriptor> descriptors)
      throws VhostUserException {
    try {
      socket.send(message.bytes(), descriptors, patienceNs);
    } catch (PosixException failure) {
      throw new VhostUserException(
          "sending message %d: %s".formatted(message.request(), reason(failure)), failure);
    }
  }

  /**
   * Waits for a message and receives it.
   *
   * @param nanoseconds until it begins; {@link Poller#FOREVER} for no end
   * @return false when the other side has ended the connection between two messages
   * @throws VhostUserException when that happens within one, or the other side takes too long, or
   *     the message cannot be right
   */
  public boolean receive(VhostUserMessage message, long nanoseconds) throws VhostUserException {
    message.close();
    boolean whole = false;
    try {
      if (!socket.awaitReadable(nanoseconds)) {
        throw new VhostUserException(
            "no message came within %d ms".formatted(nanoseconds / 1_000_000));
      }
      if (!socket.receive(message.header(), message.descriptors(), patienceNs)) {
        return false;
      }
      checkHeader(message);
      int size = message.announcedSize();
      message.setPayloadSize(size);
      if (size > 0 && !socket.receive(message.payload(), message.descriptors(), patienceNs)) {
        throw new VhostUserException(
            "the connection ended before the payload of message %d".formatted(message.request()));
      }
      whole = true;
      return true;
    } catch (PosixException failure) {
      throw new VhostUserException("receiving a message: " + reason(failure), failure);
    } finally {
      if (!whole) {
        message.close();
      }
    }
  }

  private static void checkHeader(VhostUserMessage message) throws VhostUserException {
    int version = message.flags() & FLAG_VERSION_MASK;
    if (version != VERSION) {
      throw new VhostUserException(
          "message %d has version %d instead of %d".formatted(message.request(), version, VERSION));
    }
    int size = message.announcedSize();
    if (size < 0 || size > MAX_PAYLOAD) {
      throw new VhostUserException(
          "message %d announces %d bytes, more than %d"
              .formatted(message.request(), Integer.toUnsignedLong(size), MAX_PAYLOAD));
    }
  }

  private static String reason(PosixException failure) {
    return switch (failure.errno()) {
      case Errno.EPIPE, Errno.ECONNRESET -> "the other side is gone";
      case Errno.ETIMEDOUT -> "the other side has stopped in the middle of it";
      default -> String.valueOf(failure.getMessage());
    };
  }

  /**
   * Checks that a request has a length and a number of descriptors that its kind can have.
   *
   * @throws VhostUserException when it does not; its descriptors are closed
   */
  public static void checkRequest(VhostUserMessage message, VhostUserMessageType type)
      throws VhostUserException {
    if (message.isReply()) {
      throw refuse(message, "%s comes as an answer".formatted(type.name()));
    }
    if (message.size() < type.minPayload() || message.size() > type.maxPayload()) {
      throw refuse(
          message,
          "%s has %d bytes instead of %s"
              .formatted(type.name(), message.size(), range(type.minPayload(), type.maxPayload())));
    }
    checkDescriptors(message, type, type.minDescriptors(), type.maxDescriptors());
  }

  /**
   * Checks that a message answers a request.
   *
   * @param minSize the fewest bytes of its payload
   * @param maxSize the most
   * @param descriptors how many come along
   * @throws VhostUserException when it does not; its descriptors are closed
   */
  public static void checkReply(
      VhostUserMessage message,
      VhostUserMessageType type,
      int minSize,
      int maxSize,
      int descriptors)
      throws VhostUserException {
    if (message.request() != type.code() || !message.isReply()) {
      throw refuse(
          message,
          "%s is answered by message %d with flags 0x%x"
              .formatted(type.name(), message.request(), message.flags()));
    }
    if (message.size() < minSize || message.size() > maxSize) {
      throw refuse(
          message,
          "%s is answered with %d bytes instead of %s"
              .formatted(type.name(), message.size(), range(minSize, maxSize)));
    }
    checkDescriptors(message, type, descriptors, descriptors);
  }

  private static void checkDescriptors(
      VhostUserMessage message, VhostUserMessageType type, int min, int max)
      throws VhostUserException {
    int count = message.descriptors().size();
    if (count < min || count > max) {
      throw refuse(
          message,
          "%s comes with %d descriptors instead of %s"
              .formatted(type.name(), count, range(min, max)));
    }
  }

  private static String range(int min, int max) {
    return min == max ? String.valueOf(min) : "%d to %d".formatted(min, max);
  }

  private static VhostUserException refuse(VhostUserMessage message, String why) {
    message.close();
    return new VhostUserException(why);
  }

  /** Ends the connection: whoever waits for it is told. From any thread. */
  public void shutdown() {
    socket.shutdown();
  }

  @Override
  public void close() {
    socket.close();
  }
}
