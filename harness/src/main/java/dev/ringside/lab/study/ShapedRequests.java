package dev.ringside.lab.study;

import dev.ringside.driver.BlockRequest;
import java.util.random.RandomGenerator;

/** Requests of one size, read or write, in a row or anywhere; at random times if asked for. */
final class ShapedRequests implements RequestSource {
  private static final int SECTOR_SIZE = 512;
  private static final double NS_PER_SECOND = 1e9;

  private final Workload shape;
  private final RandomGenerator choices;
  private final RandomGenerator gaps;
  private final long places;
  private final double meanGapNs;
  private long left;
  private long place;
  private double time;

  /**
   * Requests of one task.
   *
   * @param count how many
   * @param diskBytes where they can go
   * @param first the place where a row begins, as a share of the disk
   * @param choices what and where requests are
   * @param gaps when they arrive
   */
  ShapedRequests(
      Workload shape,
      long count,
      long diskBytes,
      double first,
      RandomGenerator choices,
      RandomGenerator gaps) {
    this.shape = shape;
    this.left = count;
    this.places = diskBytes / shape.size();
    this.place = (long) (places * first);
    this.choices = choices;
    this.gaps = gaps;
    this.meanGapNs =
        shape.arrival() instanceof Arrival.Poisson(double perSecond)
            ? NS_PER_SECOND / perSecond
            : 0;
    this.time = nextGap();
  }

  private double nextGap() {
    return meanGapNs == 0 ? 0 : meanGapNs * gaps.nextExponential();
  }

  @Override
  public boolean hasNext() {
    return left > 0;
  }

  @Override
  public long nextTime() {
    return (long) time;
  }

  @Override
  public void fill(BlockRequest request, long buffer) {
    left--;
    time += nextGap();
    long where = shape.sequential() ? place : choices.nextLong(places);
    place = place + 1 == places ? 0 : place + 1;
    long sector = where * (shape.size() / SECTOR_SIZE);
    boolean read =
        shape.readShare() == 1
            || (shape.readShare() > 0 && choices.nextDouble() < shape.readShare());
    (read ? request.read(sector) : request.write(sector)).segment(buffer, shape.size());
  }
}
