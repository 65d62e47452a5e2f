/** Remembers what is the same each time: thousands of requests ask for the truth of the same days. */

/** The most answers to remember; beyond that all are forgotten. */
const maxAnswers = 10_000;

/** A pure function that works out each answer once. Nobody may change an answer. */
export function remembered<Args extends readonly (string | number | boolean)[], Answer>(
  workOut: (...args: Args) => Answer,
): (...args: Args) => Answer {
  const answers = new Map<string, Answer>();
  return (...args) => {
    const key = args.join('/');
    const known = answers.get(key);
    if (known !== undefined) return known;
    if (answers.size >= maxAnswers) answers.clear();
    const answer = workOut(...args);
    answers.set(key, answer);
    return answer;
  };
}
