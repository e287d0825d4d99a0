package dev.ringside.ext4.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ByteStringTest {
  @ParameterizedTest
  @CsvSource({
    "706c61696e, plain",
    "6772c3bcc39f65, grüße",
    "61ff62, a\\xffb",
    "c3, \\xc3",
    "c328, \\xc3(",
    "610a0d0962, a\\n\\r\\tb",
    "1b5b33316d, \\x1b[31m",
    "7f, \\x7f",
    "5c, \\\\",
    "e280ae, \\xe2\\x80\\xae",
    "f09f9882, 😂",
    "eda080, \\xed\\xa0\\x80",
  })
  void printsSafelyAndReadsBack(String hex, String printed) {
    ByteString string = ByteString.of(HexFormat.of().parseHex(hex));

    assertThat(string.toString()).isEqualTo(printed);
    assertThat(ByteString.parseEscaped(printed)).isEqualTo(string);
  }

  @Test
  void everyByteReadsBack() {
    byte[] bytes = new byte[256];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) i;
    }
    ByteString string = ByteString.of(bytes);

    assertThat(ByteString.parseEscaped(string.toString())).isEqualTo(string);
  }

  @ParameterizedTest
  @ValueSource(strings = {"\\", "\\q", "\\x", "\\x1", "\\xzz"})
  void otherEscapesAreRefused(String text) {
    assertThatThrownBy(() -> ByteString.parseEscaped(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(text);
  }

  @Test
  void orderIsThatOfUnsignedBytes() {
    assertThat(ByteString.of("z")).isLessThan(ByteString.of(new byte[] {(byte) 0x80}));
  }
}
