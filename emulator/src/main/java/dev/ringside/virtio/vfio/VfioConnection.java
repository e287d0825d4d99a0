package dev.ringside.virtio.vfio;

import dev.ringside.machine.BorrowedMemory;
import dev.ringside.machine.Clock;
import dev.ringside.machine.LittleEndian;
import dev.ringside.posix.DescriptorBundle;
import dev.ringside.posix.Poller;
import dev.ringside.posix.UnixSocket;
import dev.ringside.virtio.spec.VfioUserCommand;
import dev.ringside.virtio.spec.VfioUserHeader;
import dev.ringside.virtio.spec.VfioUserLayout;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The messages of one client, both ways. One task carries out commands: {@link #next} gives it one
 * after the other. The device's tasks ask for memory meanwhile, with {@link #read} and {@link
 * #write}, and wait for the answers.
 *
 * <p>Whoever waits receives: one task at a time reads from the socket, keeps what is for others and
 * wakes them. So a command goes straight to the task that carries it out, and answers come in while
 * that one is busy with a command.
 *
 * <p>A client may not answer before it has the reply to a command of its own: a virtual machine's
 * processor that waits for a register holds up everything else. Should the command wait for a task
 * that waits for such an answer, nobody would go on; so a request is given up when a command has
 * taken {@link VfioPatience#commandNs} already.
 */
final class VfioConnection implements AutoCloseable {
  /** Data in one message, either way: what the specification has as its default. */
  static final int MAX_TRANSFER = 1 << 20;

  /**
   * Data in one access to memory: few enough that answers for several queues fit into a socket's
   * buffer. A client may take an answer that fitted in part for one that is sent.
   */
  private static final int MAX_ACCESS = 1 << 15;

  /** The longest payload of a command that can be carried out; no region is half as large. */
  static final int MAX_COMMAND_PAYLOAD = 1 << 16;

  /** Regions at a time. */
  static final int MAX_DMA_MAPS = BorrowedMemory.MAX_REGIONS;

  /** How often a waiting task looks whether it still should. */
  private static final long SLICE_NS = TimeUnit.MILLISECONDS.toNanos(100);

  private static final int MAX_PAYLOAD = VfioUserLayout.DmaAccess.DATA + MAX_TRANSFER;
  private static final int FRAME_BYTES = VfioUserHeader.BYTES + MAX_PAYLOAD;

  /** Commands that may wait while one is carried out. */
  private static final int MAX_WAITING = 1024;

  /** A request's id is its place among them. */
  private static final int REQUESTS = 1 << 10;

  private static final long NOT_BUSY = Long.MAX_VALUE;

  private final UnixSocket socket;
  private final Clock clock;
  private final VfioPatience patience;
  private final Arena arena = Arena.ofShared();

  /** What is being received; the task that receives has it. */
  private final MemorySegment incoming = arena.allocate(FRAME_BYTES, Long.BYTES);

  private final LongAdder exchanges = new LongAdder();
  private final ReentrantLock sending = new ReentrantLock();

  /** What is being sent; whoever holds {@link #sending} has it. */
  private final MemorySegment outgoing = arena.allocate(FRAME_BYTES, Long.BYTES);

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();

  // Guarded by the lock:
  private final ArrayDeque<VfioMessage> commands = new ArrayDeque<>();
  private final ArrayDeque<VfioMessage> free = new ArrayDeque<>();
  private final @Nullable DmaRequest[] requests = new DmaRequest[REQUESTS];
  private int nextRequest;
  private boolean receiving;
  private @Nullable IOException end;

  /** When the command that is carried out was begun. */
  private volatile long busySince = NOT_BUSY;

  /** What the client takes in one message. */
  private volatile int transfer = MAX_ACCESS;

  /** A connection of which nothing was received yet; the socket is closed with it. */
  VfioConnection(UnixSocket socket, Clock clock, VfioPatience patience) {
    this.patience = patience;
    this.socket = socket;
    this.clock = clock;
  }

  /** Data for the client in one message are no longer than this. */
  void limitTransfer(int bytes) {
    transfer = Math.min(bytes, MAX_ACCESS);
  }

  /**
   * The next command; to be given back with {@link #release}.
   *
   * @throws IOException when there will be none: a {@link ClientGoneException} when the client has
   *     gone, a {@link ProtocolException} when it broke the protocol
   */
  VfioMessage next() throws IOException {
    lock.lock();
    try {
      while (commands.isEmpty()) {
        if (end != null) {
          throw end;
        }
        if (receiving) {
          changed.awaitUninterruptibly();
        } else {
          receive(Poller.FOREVER);
        }
      }
      busySince = clock.nanoTime();
      return commands.remove();
    } finally {
      lock.unlock();
    }
  }

  /** A command is carried out, and answered if it wants that. */
  void release(VfioMessage command) {
    command.close();
    busySince = NOT_BUSY;
    lock.lock();
    try {
      free.add(command);
    } finally {
      lock.unlock();
    }
  }

  /**
   * Receives one message, as the only one who does, or nothing when none begins in time. The lock
   * is held, except while waiting for the client.
   */
  private void receive(long nanoseconds) {
    receiving = true;
    VfioMessage message = free.isEmpty() ? new VfioMessage() : free.remove();
    boolean kept = false;
    lock.unlock();
    @Nullable IOException failure = null;
    try {
      if (socket.awaitReadable(nanoseconds)) {
        kept = receiveInto(message);
      }
    } catch (IOException broken) {
      failure = broken;
    } finally {
      lock.lock();
      receiving = false;
      if (failure != null && end == null) {
        end = failure;
      }
      if (kept && commands.size() == MAX_WAITING && end == null) {
        end = new ProtocolException("more than %d commands at a time".formatted(MAX_WAITING));
      }
      if (kept && end == null) {
        commands.add(message);
      } else {
        message.close();
        free.add(message);
      }
      changed.signalAll();
    }
  }

  /** Receives a message; says whether it is a command. A reply goes to who waits for it. */
  private boolean receiveInto(VfioMessage message) throws IOException {
    DescriptorBundle descriptors = message.descriptors();
    if (!socket.receive(
        incoming.asSlice(0, VfioUserHeader.BYTES), descriptors, patience.stallNs())) {
      throw new ClientGoneException();
    }
    int id = LittleEndian.getU16(incoming, VfioUserHeader.ID);
    int command = LittleEndian.getU16(incoming, VfioUserHeader.COMMAND);
    long size = LittleEndian.getU32(incoming, VfioUserHeader.SIZE) & 0xffff_ffffL;
    int flags = LittleEndian.getU32(incoming, VfioUserHeader.FLAGS);
    if (size < VfioUserHeader.BYTES || size > FRAME_BYTES) {
      throw new ProtocolException("a message of %d bytes".formatted(size));
    }
    int payload = (int) size - VfioUserHeader.BYTES;
    if (payload > 0
        && !socket.receive(
            incoming.asSlice(VfioUserHeader.BYTES, payload), descriptors, patience.stallNs())) {
      throw new ProtocolException("the client ended in the middle of a message");
    }
    switch (flags & VfioUserHeader.TYPE_MASK) {
      case VfioUserHeader.TYPE_COMMAND -> {
        boolean wantsReply = (flags & VfioUserHeader.FLAG_NO_REPLY) == 0;
        fill(message, id, command, wantsReply, payload);
        return true;
      }
      case VfioUserHeader.TYPE_REPLY -> {
        if (!descriptors.isEmpty()) {
          throw new ProtocolException("a reply with descriptors");
        }
        answer(id, command, (flags & VfioUserHeader.FLAG_ERROR) != 0, payload);
        return false;
      }
      default -> throw new ProtocolException("a message with flags 0x%x".formatted(flags));
    }
  }

  private void fill(VfioMessage message, int id, int command, boolean wantsReply, int bytes) {
    // A longer one is refused for its length, of which nothing needs to be kept.
    boolean fits = bytes <= MAX_COMMAND_PAYLOAD;
    message.start(id, command, wantsReply, fits ? bytes : 0, fits);
    if (fits) {
      MemorySegment.copy(incoming, VfioUserHeader.BYTES, message.payload(), 0, bytes);
    }
  }

  /** A reply has come. One to a request that was given up is late, and is dropped. */
  private void answer(int id, int command, boolean error, int bytes) throws ProtocolException {
    lock.lock();
    try {
      DmaRequest request = id < REQUESTS ? requests[id] : null;
      if (request == null) {
        return;
      }
      requests[id] = null;
      if (!error) {
        checkAnswer(request, command, bytes);
      }
      if (!error && request.isRead()) {
        MemorySegment.copy(
            incoming,
            VfioUserHeader.BYTES + (long) VfioUserLayout.DmaAccess.DATA,
            request.data(),
            0,
            request.data().byteSize());
      }
      request.finish(!error);
    } finally {
      lock.unlock();
    }
  }

  private void checkAnswer(DmaRequest request, int command, int bytes) throws ProtocolException {
    long wanted = request.data().byteSize();
    long least =
        request.isRead()
            ? VfioUserLayout.DmaAccess.DATA + wanted
            : VfioUserLayout.DmaAccess.SHORT_REPLY;
    long most = VfioUserLayout.DmaAccess.DATA + (request.isRead() ? wanted : 0);
    if (command != request.command() || bytes < least || bytes > most) {
      throw new ProtocolException(
          "%d bytes to command %d answer one of %d for %d bytes"
              .formatted(bytes, command, request.command(), wanted));
    }
    long address =
        LittleEndian.getU64(incoming, VfioUserHeader.BYTES + VfioUserLayout.DmaAccess.ADDRESS);
    long count =
        LittleEndian.getU32(incoming, VfioUserHeader.BYTES + VfioUserLayout.DmaAccess.COUNT)
            & 0xffff_ffffL;
    if (address != request.address() || count != wanted) {
      throw new ProtocolException(
          "0x%x + %d answers what was asked of 0x%x + %d"
              .formatted(address, count, request.address(), wanted));
    }
  }

  /** Reads the client's memory into a segment; says whether that went well. */
  boolean read(long address, MemorySegment target) {
    return access(VfioUserCommand.DMA_READ, address, target);
  }

  /** Writes a segment into the client's memory; says whether that went well. */
  boolean write(long address, MemorySegment source) {
    return access(VfioUserCommand.DMA_WRITE, address, source);
  }

  private boolean access(int command, long address, MemorySegment data) {
    long bytes = data.byteSize();
    for (long done = 0; done < bytes; ) {
      long part = Math.min(bytes - done, transfer);
      if (!exchange(new DmaRequest(command, address + done, data.asSlice(done, part)))) {
        return false;
      }
      done += part;
    }
    return true;
  }

  private boolean exchange(DmaRequest request) {
    int id = enter(request);
    if (id < 0) {
      return false;
    }
    exchanges.increment();
    try {
      send(id, request);
      return awaitAnswer(request);
    } catch (IOException gone) {
      // Half a message may have gone: nothing can follow it.
      socket.shutdown();
      return false;
    } finally {
      leave(id, request);
    }
  }

  /** How many accesses to memory were asked for. */
  long exchanges() {
    return exchanges.sum();
  }

  /** An id for a request, or -1 when there is nobody to ask. */
  private int enter(DmaRequest request) {
    lock.lock();
    try {
      for (int tries = 0; tries < REQUESTS && end == null; tries++) {
        int id = nextRequest;
        nextRequest = (nextRequest + 1) % REQUESTS;
        if (requests[id] == null) {
          requests[id] = request;
          return id;
        }
      }
      return -1;
    } finally {
      lock.unlock();
    }
  }

  private void leave(int id, DmaRequest request) {
    lock.lock();
    try {
      if (requests[id] == request) {
        requests[id] = null;
      }
    } finally {
      lock.unlock();
    }
  }

  private void send(int id, DmaRequest request) throws IOException {
    long data = request.isRead() ? 0 : request.data().byteSize();
    int size = VfioUserHeader.BYTES + VfioUserLayout.DmaAccess.DATA + (int) data;
    sending.lock();
    try {
      header(id, request.command(), size, VfioUserHeader.TYPE_COMMAND, 0);
      LittleEndian.setU64(
          outgoing, VfioUserHeader.BYTES + VfioUserLayout.DmaAccess.ADDRESS, request.address());
      LittleEndian.setU64(
          outgoing,
          VfioUserHeader.BYTES + VfioUserLayout.DmaAccess.COUNT,
          request.data().byteSize());
      MemorySegment.copy(
          request.data(), 0, outgoing, VfioUserHeader.BYTES + VfioUserLayout.DmaAccess.DATA, data);
      socket.send(outgoing.asSlice(0, size), List.of(), patience.stallNs());
    } finally {
      sending.unlock();
    }
  }

  private boolean awaitAnswer(DmaRequest request) {
    long deadline = clock.nanoTime() + patience.answerNs();
    lock.lock();
    try {
      while (request.isWaiting() && end == null) {
        long now = clock.nanoTime();
        long busy = busySince;
        boolean heldUp = busy != NOT_BUSY && now - busy >= patience.commandNs();
        if (heldUp || now - deadline >= 0) {
          return false;
        }
        long slice = Math.min(SLICE_NS, deadline - now);
        if (receiving) {
          awaitChange(slice);
        } else {
          receive(slice);
        }
      }
      return request.isDone();
    } finally {
      lock.unlock();
    }
  }

  @SuppressWarnings("WaitNotInLoop") // the caller loops
  private void awaitChange(long nanoseconds) {
    boolean interrupted = false;
    try {
      // How much time is left is the caller's to find out.
      long unused = changed.awaitNanos(nanoseconds);
    } catch (InterruptedException e) {
      interrupted = true;
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void header(int id, int command, int size, int flags, int error) {
    LittleEndian.setU16(outgoing, VfioUserHeader.ID, id);
    LittleEndian.setU16(outgoing, VfioUserHeader.COMMAND, command);
    LittleEndian.setU32(outgoing, VfioUserHeader.SIZE, size);
    LittleEndian.setU32(outgoing, VfioUserHeader.FLAGS, flags);
    LittleEndian.setU32(outgoing, VfioUserHeader.ERROR, error);
  }

  /**
   * Replies to a command.
   *
   * @param payload of which the first {@code bytes} are sent
   */
  void reply(VfioMessage command, MemorySegment payload, int bytes) throws IOException {
    int size = VfioUserHeader.BYTES + bytes;
    sending.lock();
    try {
      header(command.id(), command.command(), size, VfioUserHeader.TYPE_REPLY, 0);
      MemorySegment.copy(payload, 0, outgoing, VfioUserHeader.BYTES, bytes);
      socket.send(outgoing.asSlice(0, size), List.of(), patience.stallNs());
    } finally {
      sending.unlock();
    }
  }

  /** Replies that a command failed. */
  void replyError(VfioMessage command, int errno) throws IOException {
    sending.lock();
    try {
      int flags = VfioUserHeader.TYPE_REPLY | VfioUserHeader.FLAG_ERROR;
      header(command.id(), command.command(), VfioUserHeader.BYTES, flags, errno);
      socket.send(outgoing.asSlice(0, VfioUserHeader.BYTES), List.of(), patience.stallNs());
    } finally {
      sending.unlock();
    }
  }

  /** Ends the connection from another task: whoever waits for the client stops waiting. */
  void shutdown() {
    socket.shutdown();
  }

  /**
   * Nobody carries out commands any more: who waits for an answer is told that there will be none,
   * and commands that wait are dropped.
   */
  void stopServing() {
    socket.shutdown();
    lock.lock();
    try {
      if (end == null) {
        end = new ClientGoneException();
      }
      commands.forEach(VfioMessage::close);
      commands.clear();
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Closes the socket. No other task uses the connection any more. */
  @Override
  public void close() {
    stopServing();
    socket.close();
    arena.close();
  }
}
