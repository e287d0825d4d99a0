package dev.ringside.lab.study;

/** A run of a study ended before its end. The message names the point and what happened. */
public final class RunFailedException extends RuntimeException {
  private static final long serialVersionUID = 1;

  RunFailedException(StudyPoint point, Throwable cause) {
    super("%s: %s".formatted(place(point), reason(cause)), cause);
  }

  private static String place(StudyPoint point) {
    return "point %d%s"
        .formatted(point.number(), point.values().isEmpty() ? "" : ", " + point.title());
  }

  private static String reason(Throwable cause) {
    Throwable deepest = cause;
    while (deepest instanceof IllegalStateException && deepest.getCause() != null) {
      deepest = deepest.getCause();
    }
    String message = deepest.getMessage();
    return message == null ? deepest.toString() : message;
  }
}
