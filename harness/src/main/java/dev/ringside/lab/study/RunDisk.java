package dev.ringside.lab.study;

import dev.ringside.lab.replay.TraceSurvey;
import dev.ringside.lab.trace.TraceSource;
import dev.ringside.storage.FileStorage;
import dev.ringside.storage.NullStorage;
import dev.ringside.storage.OverlayStorage;
import dev.ringside.storage.Storage;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/**
 * The disk of a run. Only a filesystem looks at what is on it; every other workload has one that
 * keeps nothing.
 *
 * @param storage its sectors
 * @param trace what the trace asks for, where there is one
 */
record RunDisk(Storage storage, @Nullable TraceSurvey trace) implements AutoCloseable {
  static RunDisk open(RunSettings settings) throws IOException {
    long sectors = settings.diskBytes() / Storage.SECTOR_SIZE;
    return switch (settings.workload().arrival()) {
      case Arrival.Closed() -> ofNothing(sectors);
      case Arrival.Poisson(double perSecond) -> ofNothing(sectors);
      case Arrival.Trace(Path file) -> {
        TraceSurvey survey = TraceSurvey.of(TraceSource.at(file));
        yield new RunDisk(new NullStorage(Math.max(sectors, survey.sectorsNeeded())), survey);
      }
      case Arrival.Ext4Image(Path image) -> ofImage(image);
    };
  }

  private static RunDisk ofNothing(long sectors) {
    return new RunDisk(new NullStorage(sectors), null);
  }

  private static RunDisk ofImage(Path image) throws IOException {
    if (!image.toString().endsWith(".gz")) {
      return new RunDisk(OverlayStorage.over(FileStorage.openReadOnly(image)), null);
    }
    Path unpacked = Files.createTempFile("ringside-", ".img");
    try {
      try (InputStream packed = new GZIPInputStream(Files.newInputStream(image))) {
        Files.copy(packed, unpacked, StandardCopyOption.REPLACE_EXISTING);
      }
      return new RunDisk(OverlayStorage.over(FileStorage.openReadOnly(unpacked)), null);
    } finally {
      // What is open can still be read, and is gone however the program ends.
      Files.delete(unpacked);
    }
  }

  @Override
  public void close() throws IOException {
    storage.close();
  }
}
