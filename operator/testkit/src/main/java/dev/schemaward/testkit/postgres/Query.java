package dev.schemaward.testkit.postgres;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/**
 * Runs one query and prints its rows as a table: the quickstart's psql, which a fresh machine does
 * not have.
 *
 * <p>Arguments: host, port, database, role, file with the role's password, query.
 */
public final class Query {
  private Query() {}

  public static void main(String[] arguments) throws IOException, SQLException {
    String url = "jdbc:postgresql://" + arguments[0] + ":" + arguments[1] + "/" + arguments[2];
    String password = Files.readString(Path.of(arguments[4])).strip();
    List<String[]> rows = new ArrayList<>();
    try (Connection connection = DriverManager.getConnection(url, arguments[3], password);
        Statement statement = connection.createStatement()) {
      if (!statement.execute(arguments[5])) {
        System.out.println("  done: " + arguments[5]);
        return;
      }
      ResultSet result = statement.getResultSet();
      int columns = result.getMetaData().getColumnCount();
      String[] names = new String[columns];
      for (int i = 0; i < columns; i++) {
        names[i] = result.getMetaData().getColumnLabel(i + 1).replace('_', ' ');
      }
      rows.add(names);
      while (result.next()) {
        String[] row = new String[columns];
        for (int i = 0; i < columns; i++) {
          String value = result.getString(i + 1);
          row[i] = value == null ? "" : value;
        }
        rows.add(row);
      }
    }
    print(rows);
  }

  private static void print(List<String[]> rows) {
    int columns = rows.getFirst().length;
    int[] widths = new int[columns];
    for (String[] row : rows) {
      for (int i = 0; i < columns; i++) {
        widths[i] = Math.max(widths[i], row[i].length());
      }
    }
    for (String[] row : rows) {
      StringBuilder line = new StringBuilder("  ");
      for (int i = 0; i < columns; i++) {
        line.append(row[i]).repeat(' ', widths[i] - row[i].length() + 2);
      }
      System.out.println(line.toString().stripTrailing());
    }
  }
}
