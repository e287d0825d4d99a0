package dev.ringside.lab.serve;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The files of the page, by their paths. */
final class PageFiles {
  private static final Map<String, PageFile> FILES =
      Map.of(
          "/", load("live.html", "text/html; charset=utf-8"),
          "/live.css", load("live.css", "text/css; charset=utf-8"),
          "/live.js", load("live.js", "text/javascript; charset=utf-8"),
          "/rings.js", load("rings.js", "text/javascript; charset=utf-8"),
          "/icon.svg", load("icon.svg", "image/svg+xml"));

  private PageFiles() {}

  /** The file at a path, or null. */
  static @Nullable PageFile at(String path) {
    return FILES.get(path);
  }

  private static PageFile load(String name, String type) {
    try (InputStream in = PageFiles.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException("the page's file %s is missing".formatted(name));
      }
      return new PageFile(type, in.readAllBytes());
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  /** A file. */
  static final class PageFile {
    private final String type;
    private final byte[] content;

    PageFile(String type, byte[] content) {
      this.type = type;
      this.content = content;
    }

    /** Its media type. */
    String type() {
      return type;
    }

    /** Its bytes; not to be changed. */
    byte[] content() {
      return content;
    }
  }
}
