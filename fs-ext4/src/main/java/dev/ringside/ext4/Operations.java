package dev.ringside.ext4;

/** The operations on the tree of a mounted filesystem, by what they do. */
final class Operations {
  private final Creation creation;
  private final Removal removal;
  private final Linking linking;
  private final Renaming renaming;
  private final Opening opening;
  private final Space space;

  Operations(Volume volume) {
    Links links = new Links(volume.superblock());
    creation = new Creation(volume, links);
    removal = new Removal(volume, links);
    linking = new Linking(volume, creation, links);
    renaming = new Renaming(volume, links, creation, removal);
    opening = new Opening(volume, creation);
    space = new Space(volume);
  }

  Creation creation() {
    return creation;
  }

  Removal removal() {
    return removal;
  }

  Linking linking() {
    return linking;
  }

  Renaming renaming() {
    return renaming;
  }

  Opening opening() {
    return opening;
  }

  Space space() {
    return space;
  }
}
