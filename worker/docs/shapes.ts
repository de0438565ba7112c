/** The contract's shapes by the names that they have in the document. */
import * as contract from "../contract.ts";

export const shapes = {
  Account: contract.account,
  AccountList: contract.accountList,
  CreateLink: contract.createLink,
  CreateSession: contract.createSession,
  DoctorItem: contract.doctorItem,
  DoctorReport: contract.doctorReport,
  ExitLink: contract.exitLink,
  FinalizeLink: contract.finalizeLink,
  FinalizeRefresh: contract.finalizeRefresh,
  Health: contract.health,
  Link: contract.link,
  LinkList: contract.linkList,
  LinkProblem: contract.linkProblem,
  Problem: contract.problem,
  Session: contract.session,
  UndeliveredList: contract.undeliveredList,
} as const;

export type ShapeName = keyof typeof shapes;
