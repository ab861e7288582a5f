#!/usr/bin/env bash
# Prints the scores of the pages STORIES at STORYBOOK, on a desktop and with mobile throttling.
set -euo pipefail
CHROME_PATH="$(command -v chromium)"
export CHROME_PATH
for page in $STORIES; do
  for preset in perf desktop; do
    npx --yes lighthouse@12.8.2 "$STORYBOOK/$page" --preset="$preset" --quiet --output=json \
      --only-categories=performance,accessibility,best-practices \
      --chrome-flags="--headless --no-sandbox --disable-gpu --disable-background-networking" |
      node -e 'const { categories, audits } = JSON.parse(require("fs").readFileSync(0));
        const scores = Object.values(categories).map((one) => Math.round(one.score * 100)).join("/");
        console.log(`'"$page $preset"' ${scores} (target: 100/100/100), blocked for ${audits["total-blocking-time"].displayValue}, layout shift ${audits["cumulative-layout-shift"].displayValue}`);'
  done
done
