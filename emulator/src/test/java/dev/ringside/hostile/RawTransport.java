package dev.ringside.hostile;

/**
 * A device's registers as a hand-written guest uses them, whatever the transport. Nothing is
 * checked here: every value goes to the device as it is.
 */
interface RawTransport {
  int status();

  void status(int value);

  /** 32 bits of the features that the device offers. */
  int deviceFeatures(int word);

  void driverFeatures(int word, int bits);

  /** The largest size of a queue; 0 when it is not there. */
  int queueSizeMax(int queue);

  void queueSize(int queue, int size);

  void queueAddresses(int queue, long descriptors, long driver, long device);

  int queueEnabled(int queue);

  void enableQueue(int queue, int value);

  int queueReset(int queue);

  void resetQueue(int queue, int value);

  void notifyQueue(int queue);

  /** Whether a used buffer notification came since the last call. */
  boolean usedInterrupt();

  /** Whether a configuration change notification came since the last call. */
  boolean configInterrupt();

  int configGeneration();

  long readConfig(int offset, int width);

  void writeConfig(int offset, int width, long value);
}
