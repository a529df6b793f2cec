#!/bin/sh
# Rebuild lianxin/web/static/vendor/govuk/ from the published GOV.UK Frontend package (MIT).
#
# Needs node and npm, and only here: the project itself never runs node. Works in a
# throw-away folder and writes four files: the style sheet, the script, LICENSE.txt and
# SHA256SUMS. `tools/build_assets.sh --check` compares the committed files with SHA256SUMS.
set -eu

GOVUK=6.6.0
SASS=1.108.2
ESBUILD=0.28.2

root=$(cd "$(dirname "$0")/.." && pwd)
out="$root/lianxin/web/static/vendor/govuk"

if [ "${1:-}" = "--check" ]; then
    cd "$out" && exec sha256sum --check --quiet SHA256SUMS
fi

build=$(mktemp -d)
trap 'rm -rf "$build"' EXIT
cd "$build"
echo '{"private": true}' > package.json
npm install --no-fund --no-audit --silent "govuk-frontend@$GOVUK" "sass@$SASS" "esbuild@$ESBUILD"

# Only the components our templates use. The type scale is our own: Chinese text needs
# lines about 1.65 times as high as its letters, where the original has 1.3.
# Colours are not set here: static/lx/lx.css sets the --govuk-* custom properties.
cat > govuk.scss <<'SCSS'
@use "govuk-frontend/dist/govuk/base" as * with (
  $govuk-font-family: (
    "PingFang SC", "Hiragino Sans GB", "Microsoft YaHei", "Noto Sans CJK SC", "Noto Sans SC",
    "Source Han Sans SC", "WenQuanYi Micro Hei", sans-serif
  ),
  $govuk-font-family-print: (
    "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif
  ),
  $govuk-page-width: 1080px,
  $govuk-typography-scale: (
    80: (null: (font-size: 48px, line-height: 60px), tablet: (font-size: 64px, line-height: 76px), print: (font-size: 40pt, line-height: 1.2)),
    48: (null: (font-size: 30px, line-height: 42px), tablet: (font-size: 42px, line-height: 56px), print: (font-size: 26pt, line-height: 1.3)),
    36: (null: (font-size: 26px, line-height: 38px), tablet: (font-size: 34px, line-height: 48px), print: (font-size: 20pt, line-height: 1.3)),
    27: (null: (font-size: 21px, line-height: 34px), tablet: (font-size: 26px, line-height: 40px), print: (font-size: 16pt, line-height: 1.4)),
    24: (null: (font-size: 20px, line-height: 32px), tablet: (font-size: 22px, line-height: 35px), print: (font-size: 15pt, line-height: 1.4)),
    19: (null: (font-size: 18px, line-height: 30px), print: (font-size: 12pt, line-height: 1.6)),
    16: (null: (font-size: 16px, line-height: 26px), print: (font-size: 11pt, line-height: 1.5))
  )
);
@use "govuk-frontend/dist/govuk/custom-properties";
@use "govuk-frontend/dist/govuk/core";
@use "govuk-frontend/dist/govuk/objects";
@use "govuk-frontend/dist/govuk/components/back-link";
@use "govuk-frontend/dist/govuk/components/breadcrumbs";
@use "govuk-frontend/dist/govuk/components/button";
@use "govuk-frontend/dist/govuk/components/character-count";
@use "govuk-frontend/dist/govuk/components/checkboxes";
@use "govuk-frontend/dist/govuk/components/date-input";
@use "govuk-frontend/dist/govuk/components/details";
@use "govuk-frontend/dist/govuk/components/error-message";
@use "govuk-frontend/dist/govuk/components/error-summary";
@use "govuk-frontend/dist/govuk/components/fieldset";
@use "govuk-frontend/dist/govuk/components/file-upload";
@use "govuk-frontend/dist/govuk/components/hint";
@use "govuk-frontend/dist/govuk/components/input";
@use "govuk-frontend/dist/govuk/components/inset-text";
@use "govuk-frontend/dist/govuk/components/label";
@use "govuk-frontend/dist/govuk/components/panel";
@use "govuk-frontend/dist/govuk/components/password-input";
@use "govuk-frontend/dist/govuk/components/radios";
@use "govuk-frontend/dist/govuk/components/select";
@use "govuk-frontend/dist/govuk/components/skip-link";
@use "govuk-frontend/dist/govuk/components/summary-list";
@use "govuk-frontend/dist/govuk/components/table";
@use "govuk-frontend/dist/govuk/components/task-list";
@use "govuk-frontend/dist/govuk/components/textarea";
@use "govuk-frontend/dist/govuk/components/warning-text";
@use "govuk-frontend/dist/govuk/utilities";
@use "govuk-frontend/dist/govuk/overrides";
SCSS

cat > govuk.js <<'JS'
import { Button } from "govuk-frontend/dist/govuk/components/button/button.mjs";
import { CharacterCount } from "govuk-frontend/dist/govuk/components/character-count/character-count.mjs";
import { ErrorSummary } from "govuk-frontend/dist/govuk/components/error-summary/error-summary.mjs";
import { FileUpload } from "govuk-frontend/dist/govuk/components/file-upload/file-upload.mjs";
import { PasswordInput } from "govuk-frontend/dist/govuk/components/password-input/password-input.mjs";
import { SkipLink } from "govuk-frontend/dist/govuk/components/skip-link/skip-link.mjs";
import { createAll } from "govuk-frontend/dist/govuk/init.mjs";

document.body.classList.add("js-enabled", "govuk-frontend-supported");
createAll(Button, { preventDoubleClick: true });
for (const part of [CharacterCount, ErrorSummary, FileUpload, PasswordInput, SkipLink]) createAll(part);
JS

npx sass --load-path=node_modules --style=compressed --no-source-map --no-error-css --quiet-deps \
    govuk.scss govuk-frontend.min.css
npx esbuild govuk.js --bundle --minify --format=esm --target=es2020 --legal-comments=none \
    --log-level=warning --outfile=govuk-frontend.min.js

# What must never be shipped: the restricted typeface and the arms of another state.
if grep -Eiq 'GDS Transport|@font-face|crest|crown' govuk-frontend.min.css; then
    echo "build_assets: the style sheet names a restricted font or image" >&2
    exit 1
fi

cat > LICENSE.txt <<TXT
GOV.UK Frontend $GOVUK, compiled with our own type scale and a choice of components.

The MIT License (MIT)

Copyright (C) 2017 Crown Copyright (Government Digital Service)

Permission is hereby granted, free of charge, to any person obtaining a copy of
this software and associated documentation files (the "Software"), to deal in
the Software without restriction, including without limitation the rights to
use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies
of the Software, and to permit persons to whom the Software is furnished to do
so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all
copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR
IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY,
FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE
AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER
LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM,
OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE
SOFTWARE.
TXT

mkdir -p "$out"
sha256sum govuk-frontend.min.css govuk-frontend.min.js LICENSE.txt > SHA256SUMS
cp govuk-frontend.min.css govuk-frontend.min.js LICENSE.txt SHA256SUMS "$out/"
echo "build_assets: wrote $(du -cb "$out"/*.min.* | tail -1 | cut -f1) bytes of GOV.UK Frontend $GOVUK"
