package dev.ringside.lab.vm;

import dev.ringside.virtio.spec.Feature;

/**
 * What shapes the ring between driver and device.
 *
 * @param packed the packed layout, not the split one
 * @param inOrder requests are given back in the order in which they were submitted
 * @param indirect a request takes one descriptor of the ring, which refers to a table
 * @param eventIndex notifications are asked for from a place on, not just on or off
 */
public record RingShape(boolean packed, boolean inOrder, boolean indirect, boolean eventIndex) {
  /** What a driver accepts that would accept these features otherwise. */
  public long accepted(long features) {
    long accepted = features;
    accepted = with(accepted, Feature.RING_PACKED, packed);
    accepted = with(accepted, Feature.IN_ORDER, inOrder);
    accepted = with(accepted, Feature.INDIRECT_DESC, indirect);
    return with(accepted, Feature.EVENT_IDX, eventIndex);
  }

  private static long with(long features, Feature feature, boolean wanted) {
    return wanted ? features | feature.mask() : features & ~feature.mask();
  }
}
