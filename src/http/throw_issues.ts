import { MAX_ISSUES, validationError } from "./errors.ts";
import { describeIssues, type PathIssue } from "./issues.ts";

/**
 * Refuses a document that has problems.
 *
 * @throws ApiError ValidationError that names the problems of a document, where it has any
 */
export function throwIssues(document: unknown, issues: readonly PathIssue[]): void {
  if (issues.length === 0) return;
  throw validationError(describeIssues(document, issues, MAX_ISSUES));
}
