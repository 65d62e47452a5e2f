/** Where the page begins: the gateway bundles what this file imports. */

import { render } from 'preact';

import { readChoices } from './shell/choices.ts';
import { Page } from './shell/page.tsx';
import { installExactCopy } from './table/exact-copy.ts';
import { views } from './views/all-views.ts';
import './styles/page.css';

const root = document.getElementById('page');
if (root !== null) render(<Page choices={readChoices()} views={views} />, root);
installExactCopy(document);
