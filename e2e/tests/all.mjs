// All browser tests, in one process and one browser. A file of them runs on its own, too.
import './pages.test.mjs';
import './stories.test.mjs';
import './whole-way.test.mjs';
import './signin.test.mjs';
import './undo.test.mjs';
import './cancel.test.mjs';
import './network.test.mjs';
import './proof.test.mjs';
import './security.test.mjs';
import './public.test.mjs';
import './keyboard.test.mjs';
import './tutorial.test.mjs';
