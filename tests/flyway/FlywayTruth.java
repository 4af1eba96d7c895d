import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.configuration.ClassicConfiguration;
import org.flywaydb.core.api.resource.LoadableResource;
import org.flywaydb.core.internal.parser.ParsingContext;
import org.flywaydb.core.internal.parser.Token;
import org.flywaydb.core.internal.resolver.ChecksumCalculator;
import org.flywaydb.core.internal.resource.ResourceName;
import org.flywaydb.core.internal.resource.ResourceNameParser;
import org.flywaydb.core.internal.resource.filesystem.FileSystemResource;
import org.flywaydb.core.internal.sqlscript.ParserSqlScript;
import org.flywaydb.core.internal.sqlscript.SqlStatement;
import org.flywaydb.core.internal.sqlscript.SqlStatementIterator;
import org.flywaydb.database.postgresql.PostgreSQLParser;

/**
 * Prints what the real Flyway makes of folders, one JSON object a line.
 *
 * {@code read FOLDER...}: each file's name, checksum, transaction and statements, without a database.
 * {@code run} and then any number of {@code COMMAND URL FOLDER}: runs {@code migrate} or {@code validate} and prints
 * the error, or null.
 *
 * A folder may hold {@code settings.properties}: keys {@code flyway.*} configure Flyway, keys {@code context.*} are
 * the placeholders that it would learn from the database.
 */
public class FlywayTruth {
    /** PostgreSQLParser as it is when connected to a server of version 12 or later. */
    static class ConnectedParser extends PostgreSQLParser {
        ConnectedParser(ClassicConfiguration configuration, ParsingContext context) {
            super(configuration, context);
        }

        @Override
        protected Boolean detectCanExecuteInTransaction(String statement, List<Token> keywords) {
            return statement.startsWith("ALTER TYPE") ? null : super.detectCanExecuteInTransaction(statement, keywords);
        }
    }

    record Settings(ClassicConfiguration configuration, Map<String, String> context) {
        static Settings of(Path folder) throws Exception {
            ClassicConfiguration configuration = new ClassicConfiguration();
            Map<String, String> flyway = new HashMap<>();
            Map<String, String> context = new HashMap<>();
            Path file = folder.resolve("settings.properties");
            Properties properties = new Properties();
            if (Files.exists(file)) {
                try (var reader = Files.newBufferedReader(file)) {
                    properties.load(reader);
                }
            }
            for (String key : properties.stringPropertyNames()) {
                boolean own = key.startsWith("context.");
                (own ? context : flyway).put(own ? key.substring("context.".length()) : key, properties.getProperty(key));
            }
            configuration.configure(flyway);
            return new Settings(configuration, context);
        }

        ParsingContext parsingContext() {
            ParsingContext result = new ParsingContext();
            result.getPlaceholders().putAll(context);
            return result;
        }
    }

    public static void main(String[] arguments) throws Exception {
        if (arguments[0].equals("read")) {
            for (int i = 1; i < arguments.length; i++) {
                read(Path.of(arguments[i]));
            }
        } else {
            for (int i = 1; i < arguments.length; i += 3) {
                run(arguments[i], arguments[i + 1], Path.of(arguments[i + 2]));
            }
        }
        System.out.flush();
        Runtime.getRuntime().halt(0); // a script that never ends must not keep the process
    }

    static void run(String command, String url, Path folder) throws Exception {
        Settings settings = Settings.of(folder);
        settings.configuration().setDataSource(url, "postgres", "");
        settings.configuration().setLocationsAsStrings("filesystem:" + folder);
        Flyway flyway = new Flyway(settings.configuration());
        String error = null;
        try {
            if (command.equals("migrate")) {
                flyway.migrate();
            } else {
                flyway.validate();
            }
        } catch (Exception e) {
            error = e.getMessage();
        }
        System.out.println("{" + field("folder", quote(folder.toString())) + ", " + field("error", quote(error)) + "}");
    }

    static void read(Path folder) throws Exception {
        Settings settings = Settings.of(folder);
        List<Path> files;
        try (Stream<Path> walk = Files.walk(folder)) {
            files = walk.filter(Files::isRegularFile)
                .filter(file -> !file.toString().endsWith(".conf") && !file.endsWith("settings.properties"))
                .sorted().collect(Collectors.toList());
        }
        for (Path file : files) {
            System.out.println("{" + String.join(", ", describe(file, settings)) + "}");
        }
    }

    static List<String> describe(Path file, Settings settings) {
        List<String> fields = new ArrayList<>();
        fields.add(field("file", quote(file.toString())));
        ResourceName name = new ResourceNameParser(settings.configuration()).parse(file.getFileName().toString());
        fields.add(field("valid", String.valueOf(name.isValid())));
        if (name.isValid()) {
            String version = name.getVersion() == null ? null : name.getVersion().toString();
            fields.add(field("prefix", quote(name.getPrefix())));
            fields.add(field("version", quote(version)));
            fields.add(field("description", quote(name.getDescription())));
        } else {
            fields.add(field("message", quote(name.getValidityMessage())));
        }
        LoadableResource resource =
            new FileSystemResource(null, file.toString(), settings.configuration().getEncoding(), false);
        fields.add(field("checksum", checksum(resource, name, settings)));
        fields.add(withinTime(() -> statements(file, resource, settings)));
        return fields;
    }

    static String checksum(LoadableResource resource, ResourceName name, Settings settings) {
        ParsingContext context = settings.parsingContext();
        LoadableResource read = resource;
        String repeatable = settings.configuration().getRepeatableSqlMigrationPrefix();
        if (name.isValid() && repeatable.equals(name.getPrefix()) && settings.configuration().isPlaceholderReplacement()) {
            context.updateFilenamePlaceholder(name, settings.configuration());
            read = LoadableResource.createPlaceholderReplacingLoadableResource(resource, settings.configuration(), context);
        }
        try {
            return String.valueOf(ChecksumCalculator.calculate(read));
        } catch (Exception e) {
            return "null";
        }
    }

    static String withinTime(java.util.function.Supplier<String> work) {
        CompletableFuture<String> result = new CompletableFuture<>();
        Thread thread = new Thread(() -> {
            try {
                result.complete(work.get());
            } catch (Throwable e) {
                result.complete(field("error", quote(e.getMessage() == null ? e.toString() : e.getMessage())));
            }
        });
        thread.setDaemon(true);
        thread.start();
        try {
            return result.get(2, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            return field("error", quote("never ends"));
        } catch (Exception e) {
            return field("error", quote(e.toString()));
        }
    }

    static String statements(Path file, LoadableResource resource, Settings settings) {
        ClassicConfiguration configuration = settings.configuration();
        Path conf = file.resolveSibling(file.getFileName() + ".conf");
        LoadableResource metadata = Files.exists(conf)
            ? new FileSystemResource(null, conf.toString(), configuration.getEncoding(), false) : null;
        PostgreSQLParser parser = new ConnectedParser(configuration, settings.parsingContext());
        ParserSqlScript script = new ParserSqlScript(parser, resource, metadata, configuration.isMixed());
        script.validate();
        List<String> found = new ArrayList<>();
        try (SqlStatementIterator statements = script.getSqlStatements()) {
            SqlStatement statement;
            while ((statement = statements.next()) != null) {
                found.add("{" + String.join(", ", List.of(
                    field("line", String.valueOf(statement.getLineNumber())),
                    field("tx", String.valueOf(statement.canExecuteInTransaction())),
                    field("sql", quote(statement.getSql())))) + "}");
            }
        }
        return field("transaction", String.valueOf(script.executeInTransaction())) + ", "
            + field("statements", "[" + String.join(", ", found) + "]");
    }

    static String field(String name, String value) {
        return quote(name) + ": " + value;
    }

    static String quote(String text) {
        if (text == null) {
            return "null";
        }
        StringBuilder out = new StringBuilder("\"");
        for (char c : text.toCharArray()) {
            if (c == '"' || c == '\\') {
                out.append('\\').append(c);
            } else if (c < ' ' || c > '~') {
                out.append(String.format("\\u%04x", (int) c));
            } else {
                out.append(c);
            }
        }
        return out.append('"').toString();
    }
}
