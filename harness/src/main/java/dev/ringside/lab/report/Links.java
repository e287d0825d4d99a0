package dev.ringside.lab.report;

import java.nio.charset.StandardCharsets;

/** Addresses of files beside a page. */
final class Links {
  private Links() {}

  /** A relative path as a link that cannot be taken for an address elsewhere. */
  static String relative(String path) {
    StringBuilder link = new StringBuilder("./");
    for (byte one : path.getBytes(StandardCharsets.UTF_8)) {
      char letter = (char) (one & 0xff);
      boolean plain =
          letter < 0x80 && (Character.isLetterOrDigit(letter) || "-._/~".indexOf(letter) >= 0);
      if (plain) {
        link.append(letter);
      } else {
        link.append("%%%02X".formatted((int) letter));
      }
    }
    return link.toString();
  }
}
