package org.jipsec;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.AccessTarget.ConstructorCallTarget;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaPackage;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;

import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;

/// Who may import whom: the table of DESIGN.md, section 2, with the packages of later issues.
class ArchitectureTests {
    /// One row of the table.
    ///
    /// @param name of a package below `org.jipsec`
    /// @param imports packages below `org.jipsec`, itself aside
    /// @param library prefix of the packages that it alone may use, or empty
    private record Row(String name, Set<String> imports, String library) {
        static Row of(String name, String... imports) {
            return new Row(name, Set.of(imports), "");
        }

        Row with(String newLibrary) {
            return new Row(name, imports, newLibrary);
        }

        String packageName() {
            return BASE + name;
        }

        boolean allows(JavaClass target) {
            JavaClass type = target.getBaseComponentType();
            String there = type.getPackageName();
            return type.isPrimitive()
                    || there.equals(packageName())
                    || imports.stream().anyMatch(other -> there.equals(BASE + other))
                    || isBelow(there, library)
                    || PLATFORM.stream().anyMatch(prefix -> isBelow(there, prefix));
        }

        @Override
        public String toString() {
            return name;
        }
    }

    private static final String BASE = "org.jipsec.";
    private static final Set<String> PLATFORM = Set.of("java", "javax", "jdk", "org.jspecify");
    private static final String ANTLR = "org.antlr";
    private static final String BOUNCY_CASTLE = "org.bouncycastle";
    private static final String JNA = "com.sun.jna";

    private static final List<Row> TABLE =
            List.of(
                    Row.of("wire"),
                    Row.of("diag"),
                    Row.of("sadb", "wire"),
                    Row.of("crypto", "wire").with(BOUNCY_CASTLE),
                    Row.of("isakmp", "wire"),
                    Row.of("os", "wire").with(JNA),
                    Row.of("setkey", "grammar", "diag", "sadb", "wire").with(ANTLR),
                    Row.of("ike.settings", "sadb", "crypto", "wire"),
                    Row.of("pfkey", "sadb", "wire", "os"),
                    Row.of("xfrm", "sadb", "wire", "os"),
                    Row.of("admin", "sadb", "wire"),
                    Row.of(
                                    "racoonconf",
                                    "grammar",
                                    "diag",
                                    "ike.settings",
                                    "crypto",
                                    "sadb",
                                    "wire")
                            .with(ANTLR),
                    Row.of("ike", "ike.settings", "isakmp", "crypto", "sadb", "wire"),
                    Row.of("dataplane", "pfkey", "crypto", "sadb", "wire", "os"),
                    Row.of("trace", "dataplane", "sadb", "diag", "wire"),
                    Row.of(
                            "daemon",
                            "ike",
                            "dataplane",
                            "racoonconf",
                            "ike.settings",
                            "pfkey",
                            "admin",
                            "isakmp",
                            "os",
                            "crypto",
                            "sadb",
                            "diag",
                            "wire"),
                    Row.of(
                            "daemon.ike",
                            "daemon",
                            "ike",
                            "ike.settings",
                            "isakmp",
                            "os",
                            "sadb",
                            "diag",
                            "wire"));

    private static final JavaClasses CORE =
            new ClassFileImporter()
                    .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                    .withImportOption(location -> !location.contains("/org/jipsec/grammar/"))
                    .importPackages("org.jipsec");

    @ParameterizedTest(name = "{0}")
    @FieldSource("TABLE")
    void importsOnlyWhatItsRowAllows(Row row) {
        noClasses()
                .that()
                .resideInAPackage(row.packageName())
                .should()
                .dependOnClassesThat(
                        describe("stand outside its row", target -> !row.allows(target)))
                .allowEmptyShould(true) // packages that later issues bring
                .check(CORE);
    }

    @Test
    void everyPackageStandsInTheTable() {
        assertThat(CORE.stream().map(JavaClass::getPackageName).distinct())
                .isNotEmpty()
                .isSubsetOf(TABLE.stream().map(Row::packageName).toList());
    }

    @Test
    void everyPackageHasATourAndIsNullMarked() {
        assertThat(packages())
                .allSatisfy(
                        each ->
                                assertThat(each.isAnnotatedWith(NullMarked.class))
                                        .as("@NullMarked package-info in %s", each.getName())
                                        .isTrue());
    }

    @Test
    void noPackageIsNamedByTechnique() {
        Set<String> technique =
                Set.of("util", "utils", "common", "impl", "model", "misc", "helper", "helpers");
        assertThat(CORE.stream().map(JavaClass::getPackageName).distinct())
                .noneMatch(name -> Arrays.stream(name.split("\\.")).anyMatch(technique::contains));
    }

    @Test
    void onlyCryptoKnowsCiphers() {
        noClasses()
                .that()
                .resideOutsideOfPackage(BASE + "crypto")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(BOUNCY_CASTLE + "..", "javax.crypto..")
                .check(CORE);
    }

    @Test
    void neitherPrintsNorExits() {
        noClasses()
                .should()
                .accessTargetWhere(
                        describe(
                                "is System.in, out, err or exit",
                                access ->
                                        isMember(access, System.class, "in", "out", "err", "exit")
                                                || isMember(access, Runtime.class, "exit", "halt")
                                                || isMember(
                                                        access,
                                                        Throwable.class,
                                                        "printStackTrace")))
                .check(CORE);
    }

    @Test
    void takesClockAndChanceFromOutside() {
        noClasses()
                .that()
                .resideOutsideOfPackage(BASE + "daemon..")
                .should()
                .accessTargetWhere(
                        describe(
                                "reads the clock or makes its own randomness",
                                ArchitectureTests::isClockOrChance))
                .check(CORE);
    }

    @Test
    void noRowReachesUp() {
        // the table itself: what a row allows stands above it
        for (int i = 0; i < TABLE.size(); i++) {
            Row row = TABLE.get(i);
            assertThat(row.imports())
                    .as("imports of %s", row)
                    .isSubsetOf(
                            Stream.concat(
                                            Stream.of("grammar"),
                                            TABLE.subList(0, i).stream().map(Row::name))
                                    .toList());
        }
    }

    private static boolean isClockOrChance(JavaAccess<?> access) {
        boolean unseeded =
                access.getName().equals("<init>")
                        && (access.getTargetOwner().isEquivalentTo(SecureRandom.class)
                                || isUnseededRandom(access));
        return unseeded
                || isMember(access, System.class, "currentTimeMillis", "nanoTime")
                || isMember(access, SecureRandom.class, "getInstance", "getInstanceStrong")
                || isMember(access, InstantSource.class, "system")
                || isMember(access, Math.class, "random")
                || isMember(access, ThreadLocalRandom.class, "current")
                || isMember(access, Clock.class, "systemUTC", "systemDefaultZone", "system")
                || (access.getTargetOwner().getPackageName().equals(Instant.class.getPackageName())
                        && access.getName().equals("now"));
    }

    private static boolean isUnseededRandom(JavaAccess<?> access) {
        return access.getTargetOwner().isEquivalentTo(Random.class)
                && access.getTarget() instanceof ConstructorCallTarget constructor
                && constructor.getRawParameterTypes().isEmpty();
    }

    private static boolean isMember(JavaAccess<?> access, Class<?> owner, String... names) {
        return access.getTargetOwner().isAssignableTo(owner)
                && List.of(names).contains(access.getName());
    }

    private static boolean isBelow(String name, String prefix) {
        return !prefix.isEmpty() && (name.equals(prefix) || name.startsWith(prefix + "."));
    }

    private static Stream<JavaPackage> packages() {
        return CORE.stream().map(JavaClass::getPackage).distinct();
    }
}
