package dev.ringside.ext4.content;

import dev.ringside.ext4.cache.DiskReader;
import dev.ringside.ext4.cache.PageCache;
import dev.ringside.ext4.error.Ext4Exception;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a sequential reader will want next, on its way while the reader copies what it has: a few
 * windows of one file, one behind the other. When the reader comes to the first, it takes that one,
 * and starts another behind the last, so that the disk always has something to do: one that fell
 * asleep between two windows would wake up later than it takes to read one.
 *
 * <p>Folios are busy until their window is taken. So whoever changes the content, the length or the
 * place of a file settles what is read of it first.
 */
final class Readahead {
  private static final int WINDOWS = 3;

  private final Volume volume;
  private final PageCache pages;
  private final List<FolioFill> windows = new ArrayList<>();

  /** Whose windows these are; null when nothing is under way. */
  private @Nullable ContentFile file;

  private int oldest;
  private int underWay;

  /**
   * Nothing is under way.
   *
   * @param most folios of a window
   */
  Readahead(Volume volume, JournaledData journaled, int most) {
    this.volume = volume;
    this.pages = volume.pages();
    for (int i = 0; i < WINDOWS; i++) {
      windows.add(new FolioFill(volume, journaled, new DiskReader(volume.reader().io()), most));
    }
  }

  /** Whether something is on its way. */
  boolean isUnderWay() {
    return underWay > 0;
  }

  /** Whether there is no room for another window. */
  boolean isFull() {
    return underWay == WINDOWS;
  }

  /** Whether a folio of a file is in the first window. */
  boolean covers(ContentFile wanted, long index) {
    FolioFill first = windows.get(oldest);
    return wanted.equals(file) && index >= first.firstIndex() && index < first.endIndex();
  }

  /** Behind the last folio that is on its way. */
  long endIndex() {
    return windows.get((oldest + underWay - 1) % WINDOWS).endIndex();
  }

  /**
   * Starts a window, as far as there is room without waiting for it, up to what is cached. Content
   * that has newer copies in a log is left to whoever reads it.
   *
   * @param first index of the first folio, behind the last window if there is one
   * @param end behind the last folio
   * @return whether it was started
   */
  boolean start(ContentFile wanted, long first, long end) {
    if (!wanted.equals(file)) {
      settle();
    }
    if (isFull() || volume.reader().hasCopies() || volume.journalsData(wanted)) {
      return false;
    }
    FolioFill window = windows.get((oldest + underWay) % WINDOWS);
    window.begin(wanted, first);
    try {
      for (long index = first; index < end && !window.isFull(); index++) {
        int folio = room(wanted, index);
        if (folio == PageCache.NONE) {
          break;
        }
        window.add(folio);
      }
      window.request();
      window.start();
    } catch (Ext4Exception notNow) {
      // Whoever wants this content reads it again, and is told what is wrong with it.
      abandon(window);
      return false;
    }
    if (window.count() == 0) {
      abandon(window);
      return false;
    }
    file = wanted;
    wanted.setReadAhead(true);
    underWay++;
    return true;
  }

  /** A folio for what is not cached, if one can be had at once. */
  private int room(ContentFile wanted, long index) {
    boolean cached = pages.find(wanted.folios(), index) != PageCache.NONE;
    return cached ? PageCache.NONE : pages.add(wanted.folios(), index);
  }

  private static void abandon(FolioFill window) {
    try {
      window.abandon();
    } catch (Ext4Exception notNow) {
      // Nobody has asked for it yet. Who does reads it again, and is told.
      return;
    }
  }

  /** Waits for the first window; what could not be read is not uptodate. */
  void take() {
    FolioFill first = windows.get(oldest);
    oldest = (oldest + 1) % WINDOWS;
    underWay--;
    ContentFile owner = file;
    if (underWay == 0 && owner != null) {
      owner.setReadAhead(false);
      file = null;
    }
    try {
      first.finish();
    } catch (Ext4Exception failed) {
      // As above.
      return;
    }
  }

  /** Waits for what is read of a file, if something is. */
  void settle(ContentFile changing) {
    if (changing.equals(file)) {
      settle();
    }
  }

  /** Waits for all that is on its way. */
  void settle() {
    while (underWay > 0) {
      take();
    }
  }
}
