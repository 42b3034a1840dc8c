import java.io.IOException;
import java.io.OutputStream;
import java.lang.classfile.ClassBuilder;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassFileVersion;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassModel;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.CodeElement;
import java.lang.classfile.Label;
import java.lang.classfile.instruction.InvokeDynamicInstruction;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDesc;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;

/// Makes the classes of the image's jars such as the AOT cache of JDK 25 can hold, without changing
/// what they do:
///
/// - Class files older than version 50 (Picocli's) are refused by the cache: they become version
///   65, with the stack maps that this version must have.
/// - The `typeSwitch` behind a `switch` over patterns is linked anew at each start, by generating
///   code: where its labels are types only, it becomes a method of `instanceof`s.
///
/// Run by the JDK's source launcher: `java ImageClasses.java JAR...`
final class ImageClasses {
    private static final int OLDEST = 50;
    private static final int MODERN = 65;

    private final ClassFile classFile;

    private ImageClasses(ClassLoader jars) {
        this.classFile =
                ClassFile.of(
                        ClassFile.StackMapsOption.GENERATE_STACK_MAPS,
                        ClassFile.ClassHierarchyResolverOption.of(
                                ClassHierarchyResolver.ofResourceParsing(jars)
                                        .orElse(ClassHierarchyResolver.defaultResolver())));
    }

    public static void main(String[] jars) throws IOException {
        List<URL> all = new ArrayList<>();
        for (String jar : jars) {
            all.add(Path.of(jar).toUri().toURL());
        }
        try (URLClassLoader loader =
                new URLClassLoader(all.toArray(URL[]::new), ClassLoader.getPlatformClassLoader())) {
            ImageClasses classes = new ImageClasses(loader);
            for (String jar : jars) {
                classes.rewrite(Path.of(jar));
            }
        }
    }

    private void rewrite(Path jar) throws IOException {
        Path rewritten = jar.resolveSibling(jar.getFileName() + ".new");
        boolean changed = false;
        try (JarFile in = new JarFile(jar.toFile());
                OutputStream file = Files.newOutputStream(rewritten);
                JarOutputStream out = new JarOutputStream(file)) {
            for (JarEntry entry : Collections.list(in.entries())) {
                byte[] octets = in.getInputStream(entry).readAllBytes();
                if (entry.getName().endsWith(".class")
                        && !entry.getName().endsWith("module-info.class")) {
                    byte[] better = rewritten(octets);
                    changed |= better != octets;
                    octets = better;
                }
                JarEntry copy = new JarEntry(entry.getName());
                copy.setTime(entry.getTime());
                out.putNextEntry(copy);
                out.write(octets);
                out.closeEntry();
            }
        }
        if (changed) {
            Files.move(rewritten, jar, StandardCopyOption.REPLACE_EXISTING);
        } else {
            Files.delete(rewritten);
        }
    }

    private byte[] rewritten(byte[] octets) {
        ClassModel model = classFile.parse(octets);
        TypeSwitches switches = new TypeSwitches(model);
        boolean old = model.majorVersion() < OLDEST;
        if (!old && !switches.any()) {
            return octets;
        }
        ClassTransform bodies = ClassTransform.transformingMethodBodies(switches::replace);
        ClassTransform version =
                (builder, element) ->
                        builder.with(
                                old && element instanceof ClassFileVersion
                                        ? ClassFileVersion.of(MODERN, 0)
                                        : element);
        return classFile.transformClass(
                model,
                version.andThen(bodies).andThen(ClassTransform.endHandler(switches::addMethods)));
    }

    /// The switches of one class over types only.
    private static final class TypeSwitches {
        private static final ClassDesc BOOTSTRAPS =
                ClassDesc.of("java.lang.runtime.SwitchBootstraps");

        private final ClassModel model;
        private final List<InvokeDynamicInstruction> replaced = new ArrayList<>();

        TypeSwitches(ClassModel model) {
            this.model = model;
        }

        boolean any() {
            return model.methods().stream()
                    .flatMap(method -> method.code().stream())
                    .flatMap(code -> code.elementStream())
                    .anyMatch(TypeSwitches::isOne);
        }

        private static boolean isOne(CodeElement element) {
            return element instanceof InvokeDynamicInstruction call
                    && call.bootstrapMethod().owner().equals(BOOTSTRAPS)
                    && call.bootstrapMethod().methodName().equals("typeSwitch")
                    && call.bootstrapArgs().stream().allMatch(ClassDesc.class::isInstance);
        }

        void replace(CodeBuilder code, CodeElement element) {
            if (!isOne(element)) {
                code.with(element);
                return;
            }
            InvokeDynamicInstruction call = (InvokeDynamicInstruction) element;
            boolean inInterface = model.flags().has(java.lang.reflect.AccessFlag.INTERFACE);
            code.invokestatic(
                    model.thisClass().asSymbol(),
                    name(replaced.size()),
                    call.typeSymbol(),
                    inInterface);
            replaced.add(call);
        }

        private static String name(int number) {
            return "typeSwitch$" + number;
        }

        void addMethods(ClassBuilder builder) {
            for (int i = 0; i < replaced.size(); i++) {
                InvokeDynamicInstruction call = replaced.get(i);
                builder.withMethodBody(
                        name(i),
                        call.typeSymbol(),
                        ClassFile.ACC_PRIVATE | ClassFile.ACC_STATIC | ClassFile.ACC_SYNTHETIC,
                        code -> body(code, call.bootstrapArgs()));
            }
        }

        /// -1 for null, else the index, from the second argument on, of the first type that the
        /// first argument is of, or how many there are.
        private static void body(CodeBuilder code, List<ConstantDesc> types) {
            Label notNull = code.newLabel();
            code.aload(0).ifnonnull(notNull).iconst_m1().ireturn().labelBinding(notNull);
            for (int i = 0; i < types.size(); i++) {
                Label next = code.newLabel();
                code.iload(1).loadConstant(i).if_icmpgt(next);
                code.aload(0).instanceOf((ClassDesc) types.get(i)).ifeq(next);
                code.loadConstant(i).ireturn().labelBinding(next);
            }
            code.loadConstant(types.size()).ireturn();
        }
    }
}
