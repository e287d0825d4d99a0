package dev.ringside.virtio.spec;

/** What a kind of vhost-user message looks like on the wire, whichever side asks. */
public sealed interface VhostUserMessageType permits VhostUserRequest, VhostUserBackendRequest {
  /** The number on the wire. */
  int code();

  /** The name in the specification. */
  String name();

  /** The fewest bytes of a request's payload. */
  int minPayload();

  /** The most bytes of a request's payload. */
  int maxPayload();

  /** The fewest descriptors that come with a request. */
  int minDescriptors();

  /** The most descriptors that come with a request. */
  int maxDescriptors();

  /** Whether it always has an answer, of a form of its own. */
  boolean isAnswered();
}
