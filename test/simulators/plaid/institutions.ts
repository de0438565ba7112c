/** The banks of Plaid's sandbox that the stand-ins know, by their sandbox ids. */

export interface InstitutionAccount {
  name: string;
  mask: string | null;
  type: string;
  subtype: string;
  /** The same in every item, which is how duplicates are found. */
  accountNumber: string;
  routingNumber: string;
}

export interface Institution {
  id: string;
  name: string;
  /** How the customer signs in: inside Link, or at the bank's own page. */
  oauth: boolean;
  /** Its sign-in is an app, which returns the customer in whatever browser the device prefers. */
  appToApp?: true;
  /** Link shows it before a search. */
  listed: boolean;
  /** Plaid's sandbox has banks that fail on purpose. */
  health: "healthy" | "degraded" | "down";
  accounts: InstitutionAccount[];
}

function platypusAccounts(branch: string): InstitutionAccount[] {
  const at = (name: string, mask: string, subtype: string): InstitutionAccount => ({
    name,
    mask,
    type: "depository",
    subtype,
    accountNumber: `${branch}${mask}`,
    routingNumber: "011401533",
  });
  return [
    at("Plaid Checking", "0000", "checking"),
    at("Plaid Saving", "1111", "savings"),
    at("Plaid CD", "2222", "cd"),
    at("Plaid Money Market", "4444", "money market"),
  ];
}

export const institutions: readonly Institution[] = [
  {
    id: "ins_109508",
    name: "First Platypus Bank",
    oauth: false,
    listed: true,
    health: "healthy",
    accounts: platypusAccounts("1111222233330"),
  },
  {
    id: "ins_127287",
    name: "Platypus OAuth Bank",
    oauth: true,
    listed: true,
    health: "healthy",
    accounts: platypusAccounts("2222333344440"),
  },
  {
    id: "ins_132241",
    name: "First Platypus OAuth App2App Bank",
    oauth: true,
    appToApp: true,
    listed: false,
    health: "healthy",
    accounts: platypusAccounts("5555666677770"),
  },
  {
    id: "ins_132363",
    name: "Unhealthy Platypus Bank - Degraded",
    oauth: false,
    listed: false,
    health: "degraded",
    accounts: platypusAccounts("3333444455550"),
  },
  {
    id: "ins_132361",
    name: "Unhealthy Platypus Bank - Down",
    oauth: false,
    listed: false,
    health: "down",
    accounts: platypusAccounts("4444555566660"),
  },
];
