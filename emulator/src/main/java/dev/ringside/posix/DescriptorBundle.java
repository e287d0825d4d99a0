package dev.ringside.posix;

import java.util.ArrayList;
import java.util.List;

/**
 * The descriptors that came with a message. The bundle owns them until they are taken; what nobody
 * takes is closed with it.
 */
public final class DescriptorBundle implements AutoCloseable {
  private final List<Descriptor> descriptors = new ArrayList<>();

  /** An empty one. */
  public DescriptorBundle() {}

  void add(Descriptor descriptor) {
    descriptors.add(descriptor);
  }

  /** How many are left. */
  public int size() {
    return descriptors.size();
  }

  public boolean isEmpty() {
    return descriptors.isEmpty();
  }

  /**
   * Takes the first one that is left; it is the caller's from now on.
   *
   * @throws java.util.NoSuchElementException when none is left
   */
  public Descriptor take() {
    return descriptors.removeFirst();
  }

  /** Closes those that are left; the bundle is empty afterwards, and can be used again. */
  @Override
  public void close() {
    descriptors.forEach(Descriptor::close);
    descriptors.clear();
  }
}
