"use strict";
// The secret is in the fragment, which no browser sends; it leaves the address at once.
const secret = location.hash.slice(1);
if (secret) {
  history.replaceState(null, "", location.pathname);
  document.getElementById("secret").value = secret;
  document.getElementById("enter").submit();
}
