package dev.ringside.lab.report;

/**
 * Another file in a report's folder, to which the report links.
 *
 * @param file its name within the folder
 * @param description what is in it, without a full stop
 */
public record Attachment(String file, String description) {}
