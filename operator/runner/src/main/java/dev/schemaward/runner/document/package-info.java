/**
 * What the command shows to people beyond plain text: pages for a browser, Markdown for a pull
 * request. Everything that came with a bundle or a database is escaped here.
 */
package dev.schemaward.runner.document;
