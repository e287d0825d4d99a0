package dev.ringside.lab.differ;

import dev.ringside.lab.files.FileCalls;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;

/** A side that gets one byte of one write wrong: who compares has to notice. */
final class WrongSide implements Side {
  /** By then there are files that are read later. */
  private static final int WRONG_WRITE = 10;

  private final Side right;
  private int writes;

  WrongSide(Side right) {
    this.right = right;
  }

  @Override
  public String name() {
    return "wrong " + right.name();
  }

  @Override
  public FileCalls calls() {
    return (FileCalls)
        Proxy.newProxyInstance(
            FileCalls.class.getClassLoader(),
            new Class<?>[] {FileCalls.class},
            (proxy, method, arguments) -> call(method, arguments));
  }

  private Object call(Method method, Object[] arguments) throws Throwable {
    if (method.getName().equals("write")
        && arguments[1] instanceof byte[] source
        && source.length > 0
        && ++writes == WRONG_WRITE) {
      byte[] wrong = source.clone();
      wrong[wrong.length / 2] ^= 1;
      arguments[1] = wrong;
    }
    try {
      return method.invoke(right.calls(), arguments);
    } catch (InvocationTargetException failed) {
      throw failed.getCause();
    }
  }

  @Override
  public void remount() throws IOException {
    right.remount();
  }

  @Override
  public void settle(int handle) throws IOException {
    right.settle(handle);
  }

  @Override
  public void close() throws IOException {
    right.close();
  }
}
