/** What says how long ago something was is drawn again each minute, so that a page left open grows old by itself. */

import { useEffect, useState } from 'preact/hooks';

export function useMinutes(): void {
  const [, setTurn] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => setTurn((number) => number + 1), 60_000);
    return () => clearInterval(timer);
  }, []);
}
