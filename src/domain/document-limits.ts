/** How large a GraphQL document may be. */

export interface DocumentLimits {
  readonly maxDepth: number;
  readonly maxAliases: number;
  /** Counts the tokens of the text, and of the fields once all fragments are expanded. */
  readonly maxTokens: number;
}
