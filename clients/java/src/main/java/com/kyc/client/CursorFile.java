package com.kyc.client;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/** A file with the cursor as its only line: the old one or the new one, whenever the machine stops. `kyc watch` reads it, too. */
public record CursorFile(Path path) implements CursorStore {
  @Override
  public String load() throws IOException {
    String text;
    try {
      text = Files.readString(path, StandardCharsets.US_ASCII).strip();
    } catch (NoSuchFileException none) {
      return "";
    }
    if (text.isEmpty() || text.chars().anyMatch(Character::isWhitespace)) {
      throw new IOException(path + " holds no cursor, so where to go on is not known: put the last cursor into it, or remove it to begin anew");
    }
    return text;
  }

  @Override
  public void save(String cursor) throws IOException {
    Path fresh = path.resolveSibling(path.getFileName() + ".new");
    Files.writeString(fresh, cursor + "\n", StandardCharsets.US_ASCII, StandardOpenOption.CREATE, StandardOpenOption.WRITE,
        StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.SYNC);
    Files.move(fresh, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    try (FileChannel folder = FileChannel.open(path.toAbsolutePath().getParent(), StandardOpenOption.READ)) {
      folder.force(true);
    }
  }
}
