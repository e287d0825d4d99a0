package dev.ringside.ext4.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ringside.ext4.error.Errno;
import dev.ringside.ext4.error.Ext4Exception;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/** How operations are to fail. */
public final class Failures {
  private Failures() {}

  public static void assertErrno(ThrowingCallable call, Errno errno) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            Ext4Exception.class, failure -> assertThat(failure.errno()).isEqualTo(errno));
  }
}
