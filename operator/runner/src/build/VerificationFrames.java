import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassTransform;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;

/**
 * Build step: brings the old classes of a jar to the class file version of this JDK, with the
 * verification frames that it asks for. An ahead-of-time cache takes no class older than Java 6 and
 * nothing that extends one; picocli is compiled for Java 5, and its 200 classes were a quarter of
 * the start-up time.
 */
final class VerificationFrames {
  private static final int JAVA_6 = 50;

  private VerificationFrames() {}

  /**
   * Writes the jar anew if its classes are that old.
   *
   * @param copy where to
   * @return true when it did; false when the jar is good as it is, and there is no copy
   */
  static boolean copy(Path jar, Path copy) throws IOException {
    boolean any = false;
    try (URLClassLoader classes = new URLClassLoader(new URL[] {jar.toUri().toURL()});
        JarFile in = new JarFile(jar.toFile());
        JarOutputStream out = new JarOutputStream(Files.newOutputStream(copy))) {
      ClassFile classFile =
          ClassFile.of(
              ClassFile.StackMapsOption.GENERATE_STACK_MAPS,
              ClassFile.ClassHierarchyResolverOption.of(
                  ClassHierarchyResolver.ofResourceParsing(classes)
                      .orElse(ClassHierarchyResolver.defaultResolver())));
      for (JarEntry entry : Collections.list(in.entries())) {
        byte[] content = in.getInputStream(entry).readAllBytes();
        boolean old = entry.getName().endsWith(".class") && version(content) < JAVA_6;
        any |= old;
        JarEntry written = new JarEntry(entry.getName());
        written.setTime(entry.getTime());
        out.putNextEntry(written);
        out.write(old ? withFrames(classFile, content) : content);
        out.closeEntry();
      }
    }
    if (!any) {
      Files.delete(copy);
    }
    return any;
  }

  private static int version(byte[] content) {
    return (content[6] & 0xFF) << 8 | (content[7] & 0xFF);
  }

  private static byte[] withFrames(ClassFile classFile, byte[] content) {
    return classFile.transformClass(
        classFile.parse(content),
        // Code that nothing goes through is copied as it is, without frames.
        ClassTransform.transformingMethodBodies((code, element) -> code.with(element))
            .andThen(
                ClassTransform.endHandler(
                    builder -> builder.withVersion(ClassFile.latestMajorVersion(), 0))));
  }
}
