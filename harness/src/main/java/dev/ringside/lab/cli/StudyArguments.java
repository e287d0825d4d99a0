package dev.ringside.lab.cli;

import dev.ringside.lab.study.BuiltInExperiments;
import dev.ringside.lab.study.Experiment;
import dev.ringside.lab.study.ExperimentException;
import dev.ringside.lab.study.ExperimentReader;
import dev.ringside.lab.study.ExperimentWords;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;

/** Which experiments to run, and what to change in them. */
final class StudyArguments {
  private static final String EXERCISES = "exercises";
  private static final String ENDING = ".toml";

  @Parameters(
      paramLabel = "EXPERIMENT",
      arity = "0..*",
      description =
          "A file, the name of a built-in experiment, or 'exercises' for all ten of them; without"
              + " any, --vary and --set say it all.")
  private List<String> names = new ArrayList<>();

  @Option(
      names = "--vary",
      paramLabel = "NAME=VALUES",
      description =
          "Vary a parameter: 1,2,4 or 4..64x2 or 'log 100..10000 5'; with ; between values that"
              + " have a comma in them.")
  private List<String> varied = new ArrayList<>();

  @Option(names = "--set", paramLabel = "NAME=VALUE", description = "Set a parameter.")
  private List<String> fixed = new ArrayList<>();

  @Option(
      names = "--seed",
      paramLabel = "N",
      description = "Where all chance comes from (default: the experiment's, or 1).")
  private @Nullable Long seed;

  @Option(
      names = "--repetitions",
      paramLabel = "N",
      description = "Runs of every point, each with a seed of its own (default: the experiment's).")
  private @Nullable Integer repetitions;

  /**
   * The experiments.
   *
   * @throws IOException when a file is none
   */
  List<Experiment> experiments(CommandLine command) throws IOException {
    List<Experiment> experiments = new ArrayList<>();
    try {
      for (String name : names) {
        experiments.addAll(named(name));
      }
      if (names.isEmpty()) {
        if (varied.isEmpty() && fixed.isEmpty()) {
          throw new ParameterException(
              command, "expected an experiment, or --vary or --set; --list shows what there is");
        }
        experiments.add(ExperimentWords.blank("study"));
      }
      List<Experiment> changed = new ArrayList<>();
      for (Experiment experiment : experiments) {
        changed.add(ExperimentWords.changed(experiment, fixed, varied, seed, repetitions));
      }
      return changed;
    } catch (ExperimentException wrong) {
      throw new ParameterException(command, wrong.getMessage(), wrong);
    }
  }

  private static List<Experiment> named(String name) throws IOException, ExperimentException {
    if (name.equals(EXERCISES)) {
      return BuiltInExperiments.exercises();
    }
    Path file = Path.of(name);
    if (Files.isRegularFile(file)) {
      return List.of(read(file));
    }
    Optional<Experiment> known = BuiltInExperiments.named(name);
    if (known.isPresent()) {
      return List.of(known.get());
    }
    throw new NoSuchFileException(
        name, null, "neither a file nor a built-in experiment; 'ringside study --list' has those");
  }

  private static Experiment read(Path file) throws IOException {
    String name = String.valueOf(file.getFileName());
    try {
      return ExperimentReader.read(
          name.endsWith(ENDING) ? name.substring(0, name.length() - ENDING.length()) : name,
          Files.readString(file));
    } catch (ExperimentException unusable) {
      throw new IOException(file + ": " + unusable.getMessage(), unusable);
    } catch (CharacterCodingException notUtf8) {
      throw new IOException(file + ": is no text in UTF-8", notUtf8);
    }
  }

  /** The command that runs one of the experiments again. */
  String command(Experiment experiment) {
    StringBuilder command = new StringBuilder("ringside study");
    if (!names.isEmpty()) {
      boolean file = names.stream().anyMatch(name -> Files.isRegularFile(Path.of(name)));
      command.append(' ').append(experiment.name()).append(file ? ENDING : "");
    }
    varied.forEach(words -> command.append(" --vary '").append(words).append('\''));
    fixed.forEach(words -> command.append(" --set '").append(words).append('\''));
    command.append(" --seed ").append(experiment.seed());
    if (repetitions != null) {
      command.append(" --repetitions ").append(repetitions);
    }
    return command.toString();
  }

  /** An experiment that cannot be run: wrong usage, when the flags made it so. */
  RuntimeException problem(CommandLine command, Experiment experiment, ExperimentException unusable)
      throws IOException {
    if (varied.isEmpty() && fixed.isEmpty() && repetitions == null) {
      throw new IOException(experiment.name() + ": " + unusable.getMessage(), unusable);
    }
    return new ParameterException(command, unusable.getMessage(), unusable);
  }
}
