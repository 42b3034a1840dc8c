import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
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
import java.lang.constant.ConstantDescs;
import java.lang.constant.DirectMethodHandleDesc;
import java.lang.constant.MethodTypeDesc;
import java.lang.reflect.AccessFlag;
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
import java.util.jar.Manifest;
import java.util.regex.Pattern;

/// Makes the classes of the image's jars such as the AOT cache of JDK 25 can hold, without changing
/// what they do:
///
/// - Class files older than version 50 (Picocli's) are refused by the cache: they become version
///   65, with the stack maps that this version must have.
/// - The `typeSwitch` behind a `switch` over patterns is linked anew at each start, by generating
///   code: where its labels are types only, it becomes a method of `instanceof`s.
/// - Classes of a signed jar (BouncyCastle's) are refused, and the first of them that is used has
///   the signature of the whole jar checked, for longer than the JVM takes to start: the jar loses
/// it.
///
/// Run by the JDK's source launcher: `java ImageClasses.java JAR...`
final class ImageClasses {
    private static final int OLDEST = 50;
    private static final int MODERN = 65;
    private static final Pattern SIGNATURE = Pattern.compile("META-INF/[^/]*\\.(SF|RSA|DSA|EC)");

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
        boolean signed = isSigned(jar);
        try (JarFile in = new JarFile(jar.toFile(), false);
                OutputStream file = Files.newOutputStream(rewritten);
                JarOutputStream out = new JarOutputStream(file)) {
            for (JarEntry entry : Collections.list(in.entries())) {
                byte[] octets = in.getInputStream(entry).readAllBytes();
                if (signed) {
                    changed = true;
                    if (SIGNATURE.matcher(entry.getName()).matches()) {
                        continue;
                    }
                    if (entry.getName().equals(JarFile.MANIFEST_NAME)) {
                        octets = withoutDigests(octets);
                    }
                } else if (entry.getName().endsWith(".class")
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

    private static boolean isSigned(Path jar) throws IOException {
        try (JarFile in = new JarFile(jar.toFile(), false)) {
            return in.stream().anyMatch(entry -> SIGNATURE.matcher(entry.getName()).matches());
        }
    }

    /// What a manifest says of the jar as a whole.
    private static byte[] withoutDigests(byte[] octets) throws IOException {
        Manifest manifest = new Manifest(new ByteArrayInputStream(octets));
        manifest.getEntries().clear();
        ByteArrayOutputStream kept = new ByteArrayOutputStream();
        manifest.write(kept);
        return kept.toByteArray();
    }

    private byte[] rewritten(byte[] octets) {
        ClassModel model = classFile.parse(octets);
        LateCalls calls = new LateCalls(model);
        boolean old = model.majorVersion() < OLDEST;
        if (!old && !calls.any()) {
            return octets;
        }
        ClassTransform bodies = ClassTransform.transformingMethodBodies(calls::replace);
        ClassTransform version =
                (builder, element) ->
                        builder.with(
                                old && element instanceof ClassFileVersion
                                        ? ClassFileVersion.of(MODERN, 0)
                                        : element);
        return classFile.transformClass(
                model,
                version.andThen(bodies).andThen(ClassTransform.endHandler(calls::addMethods)));
    }

    /// The calls of one class that would be linked at run time, and the methods that stand in for
    /// them.
    private static final class LateCalls {
        private static final String SWITCHES = "java.lang.runtime.SwitchBootstraps";
        private static final String RECORDS = "java.lang.runtime.ObjectMethods";

        private static final ClassDesc OBJECTS = ClassDesc.of("java.util.Objects");

        private final ClassModel model;
        private final List<InvokeDynamicInstruction> replaced = new ArrayList<>();

        LateCalls(ClassModel model) {
            this.model = model;
        }

        boolean any() {
            return model.methods().stream()
                    .flatMap(method -> method.code().stream())
                    .flatMap(code -> code.elementStream())
                    .anyMatch(element -> isTypeSwitch(element) || isRecordMethod(element));
        }

        private static boolean isTypeSwitch(CodeElement element) {
            return element instanceof InvokeDynamicInstruction call
                    && call.bootstrapMethod().owner().equals(ClassDesc.of(SWITCHES))
                    && call.bootstrapMethod().methodName().equals("typeSwitch")
                    && call.bootstrapArgs().stream().allMatch(ClassDesc.class::isInstance);
        }

        private static boolean isRecordMethod(CodeElement element) {
            return element instanceof InvokeDynamicInstruction call
                    && call.bootstrapMethod().owner().equals(ClassDesc.of(RECORDS))
                    && !call.name().equalsString("toString");
        }

        void replace(CodeBuilder code, CodeElement element) {
            if (!isTypeSwitch(element) && !isRecordMethod(element)) {
                code.with(element);
                return;
            }
            InvokeDynamicInstruction call = (InvokeDynamicInstruction) element;
            boolean inInterface = model.flags().has(AccessFlag.INTERFACE);
            code.invokestatic(
                    model.thisClass().asSymbol(),
                    name(replaced.size()),
                    call.typeSymbol(),
                    inInterface);
            replaced.add(call);
        }

        private String name(int number) {
            return "image$" + number;
        }

        void addMethods(ClassBuilder builder) {
            for (int i = 0; i < replaced.size(); i++) {
                InvokeDynamicInstruction call = replaced.get(i);
                builder.withMethodBody(
                        name(i),
                        call.typeSymbol(),
                        ClassFile.ACC_PRIVATE | ClassFile.ACC_STATIC | ClassFile.ACC_SYNTHETIC,
                        code -> {
                            switch (call.name().stringValue()) {
                                case "typeSwitch" -> typeSwitch(code, call.bootstrapArgs());
                                case "hashCode" -> hashCode(code, call.bootstrapArgs());
                                case "equals" -> equals(code, call.bootstrapArgs());
                                default -> throw new IllegalStateException(call.toString());
                            }
                        });
            }
        }

        /// -1 for null, else the index, from the second argument on, of the first type that the
        /// first argument is of, or how many there are.
        private static void typeSwitch(CodeBuilder code, List<ConstantDesc> types) {
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

        /// The components of a record, as getters: what stands behind its class and their names.
        private static List<DirectMethodHandleDesc> components(List<ConstantDesc> arguments) {
            return arguments.subList(2, arguments.size()).stream()
                    .map(DirectMethodHandleDesc.class::cast)
                    .toList();
        }

        private static void hashCode(CodeBuilder code, List<ConstantDesc> arguments) {
            ClassDesc owner = (ClassDesc) arguments.getFirst();
            code.iconst_0();
            for (DirectMethodHandleDesc component : components(arguments)) {
                ClassDesc type = component.invocationType().returnType();
                code.bipush(31).imul();
                code.aload(0).getfield(owner, component.methodName(), type);
                if (type.isPrimitive()) {
                    code.invokestatic(
                            boxOf(type), "hashCode", MethodTypeDesc.of(ConstantDescs.CD_int, type));
                } else {
                    code.invokestatic(
                            OBJECTS,
                            "hashCode",
                            MethodTypeDesc.of(ConstantDescs.CD_int, ConstantDescs.CD_Object));
                }
                code.iadd();
            }
            code.ireturn();
        }

        private static void equals(CodeBuilder code, List<ConstantDesc> arguments) {
            ClassDesc owner = (ClassDesc) arguments.getFirst();
            Label different = code.newLabel();
            code.aload(1).instanceOf(owner).ifeq(different);
            code.aload(1).checkcast(owner).astore(2);
            for (DirectMethodHandleDesc component : components(arguments)) {
                ClassDesc type = component.invocationType().returnType();
                String name = component.methodName();
                code.aload(0).getfield(owner, name, type).aload(2).getfield(owner, name, type);
                if (type.isPrimitive()) {
                    code.invokestatic(
                            boxOf(type),
                            "compare",
                            MethodTypeDesc.of(ConstantDescs.CD_int, type, type));
                    code.ifne(different);
                } else {
                    code.invokestatic(
                            OBJECTS,
                            "equals",
                            MethodTypeDesc.of(
                                    ConstantDescs.CD_boolean,
                                    ConstantDescs.CD_Object,
                                    ConstantDescs.CD_Object));
                    code.ifeq(different);
                }
            }
            code.iconst_1().ireturn().labelBinding(different).iconst_0().ireturn();
        }

        private static ClassDesc boxOf(ClassDesc primitive) {
            return switch (primitive.displayName()) {
                case "boolean" -> ConstantDescs.CD_Boolean;
                case "byte" -> ConstantDescs.CD_Byte;
                case "char" -> ConstantDescs.CD_Character;
                case "short" -> ConstantDescs.CD_Short;
                case "int" -> ConstantDescs.CD_Integer;
                case "long" -> ConstantDescs.CD_Long;
                case "float" -> ConstantDescs.CD_Float;
                case "double" -> ConstantDescs.CD_Double;
                default -> throw new IllegalStateException(primitive.displayName());
            };
        }
    }
}
