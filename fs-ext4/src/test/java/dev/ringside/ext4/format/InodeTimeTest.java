package dev.ringside.ext4.format;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class InodeTimeTest {
  @ParameterizedTest
  @CsvSource({
    "80000000, 0, 1901-12-13T20:45:52Z",
    "ffffffff, 0, 1969-12-31T23:59:59Z",
    "00000000, 0, 1970-01-01T00:00:00Z",
    "7fffffff, 0, 2038-01-19T03:14:07Z",
    "80000000, 1, 2038-01-19T03:14:08Z",
    "ffffffff, 1, 2106-02-07T06:28:15Z",
    "00000000, 1, 2106-02-07T06:28:16Z",
    "7fffffff, 1, 2174-02-25T09:42:23Z",
    "80000000, 2, 2174-02-25T09:42:24Z",
    "ffffffff, 2, 2242-03-16T12:56:31Z",
    "00000000, 2, 2242-03-16T12:56:32Z",
    "7fffffff, 2, 2310-04-04T16:10:39Z",
    "7fffffff, 6, 2310-04-04T16:10:39.000000001Z",
    "80000000, 3, 2310-04-04T16:10:40Z",
    "00000000, 3, 2378-04-22T19:24:48Z",
    "7fffffff, 3, 2446-05-10T22:38:55Z",
    "00000000, ee6b27fc, 1970-01-01T00:00:00.999999999Z",
    "00000000, fffffffc, 1970-01-01T00:00:00.999999999Z",
  })
  void decodesSecondsEpochAndNanoseconds(String seconds, String extra, Instant time) {
    assertThat(
            InodeTime.decode(
                Integer.parseUnsignedInt(seconds, 16), Integer.parseUnsignedInt(extra, 16)))
        .isEqualTo(time);
  }
}
