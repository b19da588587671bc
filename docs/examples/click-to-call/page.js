'use strict';

document.getElementById('sign-in').addEventListener('submit', (event) => {
  event.preventDefault();
  // The CRM's front end keeps its token under this name, and the buttons read it before each request.
  localStorage.setItem('authToken', document.getElementById('token').value.trim());
});

document.addEventListener('tc-call-state', ({ target, detail }) => {
  const { state, call, refusal } = detail;
  const line = document.createElement('li');
  const who = target.getAttribute('number') ?? `task ${target.getAttribute('task')}`;
  line.textContent = [who, state, call?.disposition, refusal?.code].filter(Boolean).join(' ');
  document.getElementById('events').append(line);
});
