package dev.ringside.lab;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackage;
import static com.tngtech.archunit.core.domain.JavaModifier.SYNCHRONIZED;
import static com.tngtech.archunit.core.domain.properties.HasModifiers.Predicates.modifier;
import static com.tngtech.archunit.lang.conditions.ArchConditions.have;
import static com.tngtech.archunit.lang.conditions.ArchPredicates.are;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noMethods;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.LockSupport;

/**
 * The arrows between the rooms: an arrow points to what is imported.
 *
 * <pre>
 *   lab  -->  ext4  -->  driver  -->  machine, virtio.spec, virtio.message  -->  posix
 *    |                                     ^
 *    +---->  blk, storage, virtio  --------+          (the device side)
 * </pre>
 *
 * <p>The messages of vhost-user are a wire like the rings: both ends read and write them with the
 * same room, which knows nothing of what they mean to either.
 */
@AnalyzeClasses(packages = "dev.ringside", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
  private static final String ALL = "dev.ringside..";
  private static final String POSIX = "dev.ringside.posix..";
  private static final String MACHINE = "dev.ringside.machine..";
  private static final String SPEC = "dev.ringside.virtio.spec..";
  private static final String MESSAGE = "dev.ringside.virtio.message..";
  private static final String STATE = "dev.ringside.virtio.state..";
  private static final String QUEUE = "dev.ringside.virtio.queue..";
  private static final String TRANSPORT = "dev.ringside.virtio.transport..";
  private static final String VFIO = "dev.ringside.virtio.vfio..";
  private static final String VHOST = "dev.ringside.virtio.vhost..";
  private static final String STORAGE = "dev.ringside.storage..";
  private static final String FAULT = "dev.ringside.fault..";
  private static final String BLK = "dev.ringside.blk..";
  private static final String DRIVER = "dev.ringside.driver..";
  private static final String EXT4 = "dev.ringside.ext4..";
  private static final String LAB = "dev.ringside.lab..";

  @ArchTest static final ArchRule systemCallsStandAlone = imports(POSIX);
  @ArchTest static final ArchRule theMachineKnowsSystemCalls = imports(MACHINE, POSIX);
  @ArchTest static final ArchRule theSpecificationStandsAlone = imports(SPEC);
  @ArchTest static final ArchRule messagesKnowTheirWire = imports(MESSAGE, POSIX, SPEC);
  @ArchTest static final ArchRule faultsKnowTheMachine = imports(FAULT, MACHINE);
  @ArchTest static final ArchRule storageKnowsTheMachine = imports(STORAGE, MACHINE, FAULT);
  @ArchTest static final ArchRule ringsKnowNoRequests = imports(QUEUE, MACHINE, SPEC, STATE);
  @ArchTest static final ArchRule savedStatesStandAlone = imports(STATE);

  @ArchTest
  static final ArchRule transportsKnowNoDevice =
      imports(TRANSPORT, POSIX, MACHINE, FAULT, SPEC, MESSAGE, STATE, QUEUE);

  @ArchTest
  static final ArchRule aServerOfFunctionsKnowsNoDevice =
      imports(VFIO, POSIX, MACHINE, SPEC, TRANSPORT);

  @ArchTest
  static final ArchRule theBackendKnowsNoDevice =
      imports(VHOST, POSIX, MACHINE, SPEC, MESSAGE, STATE, QUEUE, TRANSPORT);

  @ArchTest
  static final ArchRule theDeviceKnowsNoDriver =
      imports(BLK, MACHINE, FAULT, SPEC, STATE, QUEUE, TRANSPORT, STORAGE);

  @ArchTest
  static final ArchRule theDriverKnowsTheDeviceAsAGuestDoes =
      imports(DRIVER, POSIX, MACHINE, SPEC, MESSAGE);

  @ArchTest static final ArchRule ext4KnowsABlockDevice = imports(EXT4, DRIVER, MACHINE);

  @ArchTest
  static final ArchRule packagesHaveNoCycles =
      slices().matching("dev.ringside.(**)").should().beFreeOfCycles();

  /** A seed controls only what goes through the scheduler and the named streams. */
  @ArchTest
  static final ArchRule timeThreadsAndChanceBelongToTheMachine =
      noClasses()
          .that()
          .resideInAnyPackage(
              FAULT, MESSAGE, STATE, QUEUE, TRANSPORT, VHOST, STORAGE, BLK, DRIVER, EXT4)
          .should()
          .callMethod(Thread.class, "sleep", long.class)
          .orShould()
          .callMethod(Thread.class, "start")
          .orShould()
          .callMethod(System.class, "nanoTime")
          .orShould()
          .callMethod(System.class, "currentTimeMillis")
          .orShould()
          .callMethod(Math.class, "random")
          .orShould()
          .dependOnClassesThat()
          .areAssignableTo(Random.class)
          .orShould()
          .dependOnClassesThat()
          .areAssignableTo(LockSupport.class)
          .orShould()
          .dependOnClassesThat()
          .areAssignableTo(Executors.class);

  /** The JVM hands a contended monitor over in an order that no seed controls. */
  @ArchTest
  static final ArchRule noMethodIsSynchronized =
      noMethods()
          .that()
          .areDeclaredInClassesThat()
          .resideOutsideOfPackage(LAB)
          .should(have(modifier(SYNCHRONIZED)));

  private static ArchRule imports(String room, String... others) {
    return classes()
        .that()
        .resideInAPackage(room)
        .should()
        .onlyDependOnClassesThat(
            are(resideInAnyPackage(concat(room, others)).or(resideOutsideOfPackage(ALL))));
  }

  private static String[] concat(String first, String[] rest) {
    String[] all = new String[rest.length + 1];
    all[0] = first;
    System.arraycopy(rest, 0, all, 1, rest.length);
    return all;
  }
}
