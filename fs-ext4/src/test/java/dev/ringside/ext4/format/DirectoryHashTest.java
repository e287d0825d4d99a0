package dev.ringside.ext4.format;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ringside.ext4.testing.Tool;
import dev.ringside.machine.RandomStreams;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Locale;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

final class DirectoryHashTest {
  private static final HashSeed ZERO = new HashSeed(0, 0, 0, 0);

  @ParameterizedTest
  @CsvSource({
    "LEGACY, abc, 75afd992, 0",
    "HALF_MD4, abc, d196a868, c420eb28",
    "HALF_MD4, '', efcdab88, 98badcfe",
    "HALF_MD4, 1234567890123456789012345678901, c4db1f78, ea23921b",
    "HALF_MD4, 12345678901234567890123456789012, fa6cc63e, 2f77bd1c",
    "HALF_MD4, 123456789012345678901234567890123, dc0c2dec, 5ca23365",
    "TEA, abc, b1435ec4, 3f7eaa0e",
    "TEA, 123456789abcdef, a562903a, 6174a00f",
    "TEA, 1234567890abcdef, 8449f258, 49a16d46",
    "TEA, 123456789abcdefgh, f32ec10c, 58ceae61",
  })
  void publishedAnswersForPlainNames(HashVersion version, String name, String major, String minor) {
    assertThat(DirectoryHash.of(ByteString.of(name), version, false, ZERO))
        .isEqualTo(hash(major, minor));
    assertThat(DirectoryHash.of(ByteString.of(name), version, true, ZERO))
        .isEqualTo(hash(major, minor));
  }

  @Test
  void seedReplacesTheDefault() {
    HashSeed seed = new HashSeed(0x11111111, 0x22222222, 0x33333333, 0x44444444);

    assertThat(DirectoryHash.of(ByteString.of("same-name"), HashVersion.HALF_MD4, false, seed))
        .isEqualTo(hash("8aebf604", "66ce48fe"));
  }

  @ParameterizedTest
  @CsvSource({
    "HALF_MD4, false, 8bab0498, c326632d",
    "HALF_MD4, true, bc48596e, de0fad41",
    "TEA, false, 21e3a154, 90112c3d",
    "TEA, true, 9b648616, 011dd507",
  })
  void bytesAbove127DependOnTheSign(
      HashVersion version, boolean unsigned, String major, String minor) {
    ByteString name = ByteString.of(HexFormat.of().parseHex("8081828384"));

    assertThat(DirectoryHash.of(name, version, unsigned, ZERO)).isEqualTo(hash(major, minor));
  }

  @ParameterizedTest
  @EnumSource(HashVersion.class)
  void debugfsAgreesOnNamesOfEveryLength(HashVersion version) {
    long seed = 20261120;
    System.out.println("DirectoryHashTest seed " + seed);
    RandomGenerator random = new RandomStreams(seed).stream(version.name());
    String algorithm = version.name().toLowerCase(Locale.ROOT);
    for (int length = 1; length <= 255; length += 1 + random.nextInt(16)) {
      byte[] letters = new byte[length];
      for (int i = 0; i < length; i++) {
        letters[i] = (byte) ('a' + random.nextInt(26));
      }
      String name = new String(letters, StandardCharsets.US_ASCII);
      DirectoryHash hash = DirectoryHash.of(ByteString.of(letters), version, false, ZERO);

      assertThat(Tool.DEBUGFS.run("-R", "dx_hash -h " + algorithm + " " + name))
          .startsWith(
              "Hash of %s is 0x%x (minor 0x%x)".formatted(name, hash.major(), hash.minor()));
    }
  }

  private static DirectoryHash hash(String major, String minor) {
    return new DirectoryHash(
        Integer.parseUnsignedInt(major, 16), Integer.parseUnsignedInt(minor, 16));
  }
}
