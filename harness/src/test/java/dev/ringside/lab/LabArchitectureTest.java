package dev.ringside.lab;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** Which rooms of the laboratory may see which. */
@AnalyzeClasses(packages = "dev.ringside.lab", importOptions = ImportOption.DoNotIncludeTests.class)
final class LabArchitectureTest {
  @ArchTest
  static final ArchRule TRACES_KNOW_NOTHING_OF_THE_MACHINE =
      noClasses()
          .that()
          .resideInAPackage("dev.ringside.lab.trace..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "dev.ringside.machine..",
              "dev.ringside.virtio..",
              "dev.ringside.blk..",
              "dev.ringside.storage..",
              "dev.ringside.driver..",
              "dev.ringside.ext4..",
              "dev.ringside.lab.replay..",
              "dev.ringside.lab.vm..");

  @ArchTest
  static final ArchRule NOTHING_IMPORTS_THE_COMMAND_LINE =
      noClasses()
          .that()
          .resideOutsideOfPackage("dev.ringside.lab.cli..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("dev.ringside.lab.cli..");

  @ArchTest
  static final ArchRule REPLAY_ASKS_THE_DEVICE_ONLY_THROUGH_THE_DRIVER =
      noClasses()
          .that()
          .resideInAPackage("dev.ringside.lab.replay..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("dev.ringside.blk..", "dev.ringside.virtio..");

  @ArchTest
  static final ArchRule PLOTS_DO_NOT_KNOW_WHAT_IS_PLOTTED =
      noClasses()
          .that()
          .resideInAPackage("dev.ringside.lab.report.plot..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("dev.ringside.lab.study..", "dev.ringside.machine..");

  @ArchTest
  static final ArchRule A_LIVE_RUN_DOES_NOT_KNOW_WHO_LOOKS =
      noClasses()
          .that()
          .resideInAPackage("dev.ringside.lab.live..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("dev.ringside.lab.serve..", "io.netty..");

  @ArchTest
  static final ArchRule STUDIES_AND_REPORTS_DO_NOT_PARSE_COMMAND_LINES =
      noClasses()
          .that()
          .resideInAnyPackage("dev.ringside.lab.study..", "dev.ringside.lab.report..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("picocli..", "dev.ringside.lab.cli..");
}
